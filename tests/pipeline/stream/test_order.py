"""The laws of an order: every clip once an epoch, another order each epoch, any part without the rest, few shards at a time."""

import hashlib
import time
import tracemalloc

import numpy as np
import pytest

from mkaudio.pipeline.stream.order import _BLOCKS_MIXED, BLOCK_CLIPS, Order, _hashes, block_bounds

SHARDS = {
    "one clip": [0, 1],
    "one shard": [0, 700],
    "of one clip each": list(range(50)),
    "uneven": [0, 3, 3, 40, 41, 900, 2_100],
    "many": [*range(0, 40_000, 37), 40_000],
}


def order_of(shards, seed=0):
    return Order(block_bounds(np.array(shards, np.int64)), seed)


@pytest.mark.parametrize("shards", SHARDS.values(), ids=SHARDS)
def test_every_epoch_has_every_clip_once(shards):
    order = order_of(shards)
    epochs = [order.clips(epoch, 0, len(order)) for epoch in range(3)]
    for clips in epochs:
        assert np.array_equal(np.sort(clips), np.arange(shards[-1]))
    if shards[-1] > 10:
        assert not np.array_equal(epochs[0], epochs[1]) and not np.array_equal(epochs[1], epochs[2])
        assert not np.array_equal(epochs[0], order_of(shards, seed=1).clips(0, 0, len(order)))


def test_other_shards_come_first_in_another_epoch():
    order = order_of(np.arange(0, 50_001, 500))
    first = [frozenset((order.clips(epoch, 0, 4_000) // 500).tolist()) for epoch in range(3)]
    assert len(set(first)) == 3


def test_any_part_is_known_without_the_rest():
    whole = order_of(SHARDS["many"]).clips(5, 0, 40_000)
    order = order_of(SHARDS["many"])
    for start, stop in ((39_990, 40_000), (0, 1), (8_000, 20_000), (12_345, 12_345), (300, 9_000)):
        assert np.array_equal(order.clips(5, start, stop), whole[start:stop])


def test_few_shards_are_read_at_a_time_and_clips_are_mixed_well():
    bounds = np.arange(0, 100_001, 500)
    order = order_of(bounds)
    clips = order.clips(0, 0, len(order))
    shards = clips // 500
    for start in range(0, 100_000, 8_000):
        assert len(np.unique(shards[start : start + 8_000])) <= _BLOCKS_MIXED
    assert (np.diff(clips) == 1).mean() < 0.001
    last_of_shard = [np.flatnonzero(shards == shard)[-1] - np.flatnonzero(shards == shard)[0] for shard in range(5)]
    assert max(last_of_shard) <= _BLOCKS_MIXED * BLOCK_CLIPS  # a shard is read in one stretch of the epoch


def test_blocks_lie_in_one_shard_and_cover_it():
    bounds = block_bounds(np.array([0, 1_300, 1_300, 1_301, 2_325]))
    assert bounds[0] == 0 and bounds[-1] == 2_325 and {1_300, 1_301} <= set(bounds.tolist())
    sizes = np.diff(bounds)
    assert sizes.max() <= BLOCK_CLIPS and np.ptp(sizes[:3]) <= 1


def test_the_hash_is_splitmix64_whatever_the_library():
    mask = (1 << 64) - 1
    salt = int.from_bytes(hashlib.sha256(b"0:3:clips").digest()[:8])
    for number, found in zip(
        (0, 1, 77, 10**9), _hashes(np.array([0, 1, 77, 10**9]), "0:3:clips").tolist(), strict=True
    ):
        mixed = (number * 0x9E3779B97F4A7C15 + salt) & mask
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & mask
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & mask
        assert found == mixed ^ (mixed >> 31)


@pytest.mark.slow
def test_a_billion_clips_take_little_memory_and_no_time():
    n = 1_000_000_000
    shards = np.append(np.arange(0, n, 512), n)
    order = order_of(shards)
    order.clips(0, 0, 16)
    tracemalloc.start()
    order.clips(1, n - 100, n)
    started = time.perf_counter()
    for start in range(0, n, n // 200):
        order.clips(1, start, start + 16)
    assert (time.perf_counter() - started) / 200 < 0.01
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 40e6, kept
