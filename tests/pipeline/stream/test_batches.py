"""Which samples a rank gets: the shares of a step make up the batch, in order, for any number of ranks."""

import itertools

import numpy as np
import pytest

from mkaudio.pipeline.stream.batches import Batches
from mkaudio.pipeline.stream.order import Order


def batches(n=29, batch_size=6, rank=0, world_size=1, **settings):
    return Batches(Order(np.array([0, 7, 19, n]), 3), batch_size, rank, world_size, **settings)


@pytest.mark.parametrize("world_size", [1, 2, 3, 4, 8])
def test_the_shares_make_up_the_batch(world_size):
    whole = batches()
    ranks = [batches(rank=rank, world_size=world_size) for rank in range(world_size)]
    assert {one.steps for one in ranks} == {5}
    for epoch, step in itertools.product(range(2), range(5)):
        shares = [one.numbers(epoch, step) for one in ranks]
        assert list(itertools.chain(*shares)) == whole.numbers(epoch, step)
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert len(whole.numbers(0, 4)) == 5  # the last batch is not full


def test_an_epoch_has_every_number_once_and_the_next_one_goes_on():
    for epoch in range(3):
        numbers = sorted(itertools.chain(*(batches().numbers(epoch, step) for step in range(5))))
        assert numbers == list(range(29 * epoch, 29 * (epoch + 1)))


def test_fewer_samples_than_ranks_leave_some_ranks_an_empty_batch():
    ranks = [batches(n=20, batch_size=8, rank=rank, world_size=8) for rank in range(8)]
    shares = [one.numbers(0, 2) for one in ranks]
    assert sorted(map(len, shares)) == [0] * 4 + [1] * 4 and {one.steps for one in ranks} == {3}


def test_drop_last_leaves_out_what_is_not_full():
    one = batches(drop_last=True)
    assert (
        one.steps == 4 and len(list(one.walk(0, 0, 2))) == 8 and {len(numbers) for numbers in one.walk(0, 0, 2)} == {6}
    )
    with pytest.raises(ValueError, match="29 clips do not fill a batch"):
        batches(batch_size=30, drop_last=True)


def test_a_walk_begins_anywhere_and_need_not_end():
    whole = list(batches().walk(0, 0, 3))
    for epoch, step in itertools.product(range(3), range(5)):
        assert list(batches().walk(epoch, step, 3)) == whole[epoch * 5 + step :]
    assert list(itertools.islice(batches().walk(0, 0, None), 15)) == whole
    assert list(batches().walk(3, 0, 3)) == []


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"rank": 2, "world_size": 2}, {"rank": -1}, {"world_size": 0}])
def test_numbers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"batch_size|rank"):
        batches(**wrong)
