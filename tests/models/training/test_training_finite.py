"""The first step with a number that is none is named, with the sounds that it comes from."""

import math

import pytest
import torch

from mkaudio.models.training.finite import FiniteWatch, NotFiniteError

NAMES = ("loss", "kl")


def noted(watch, step, values, losses=(1.0, 1.0)):
    watch.note(step, NAMES, torch.tensor(values), torch.tensor(losses), [[f"a{step}"], [f"b{step}"]])


def watch_of(gather=list):
    return FiniteWatch(gather, lambda: "Step 4 is kept.")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_the_first_bad_step_its_number_and_its_sounds_are_named(bad):
    watch = watch_of()
    noted(watch, 5, (1.0, 2.0))
    noted(watch, 6, (1.0, bad), (1.0, bad))
    noted(watch, 7, (bad, bad), (bad, bad))
    with pytest.raises(NotFiniteError) as caught:
        watch.check()
    assert (caught.value.step, caught.value.keys, caught.value.what) == (6, ["b6"], f"kl is {bad}")
    assert str(caught.value) == f"step 6: kl is {bad}; its sounds: b6. Step 4 is kept."


def test_where_no_loss_is_bad_all_sounds_of_the_step_are_named():
    watch = watch_of()
    noted(watch, 6, (1.0, math.nan))
    with pytest.raises(NotFiniteError) as caught:
        watch.check()
    assert caught.value.keys == ["a6", "b6"]


def test_the_sounds_of_other_processes_are_gathered():
    watch = watch_of(lambda ours: [*ours, "theirs"])
    noted(watch, 6, (math.nan, 1.0))
    with pytest.raises(NotFiniteError, match="theirs"):
        watch.check()


def test_what_was_looked_at_is_forgotten():
    watch = watch_of()
    for step in (1, 2):
        noted(watch, step, (1.0, 2.0))
        watch.check()
    assert not watch._noted


def test_many_sounds_are_not_all_said_but_known():
    error = NotFiniteError(1, "loss is nan", [f"k{n}" for n in range(40)], "Stop.")
    assert "k15 and 24 more. Stop." in str(error) and "k16" not in str(error) and len(error.keys) == 40


def test_a_tensor_that_would_be_kept_is_looked_at():
    watch = watch_of()
    tensors = {"weights/a": torch.ones(3), "optimizer/step": torch.tensor(3), "weights/b": torch.ones(2)}
    watch.check_tensors(8, tensors)
    watch.check_tensors(8, {})
    with pytest.raises(
        NotFiniteError, match=r"step 8: weights/b is not finite, though the losses were\. Step 4 is kept"
    ):
        watch.check_tensors(8, {**tensors, "weights/b": torch.tensor([1.0, math.inf])})
