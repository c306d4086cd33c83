import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.pipeline.plan import ROWS_PER_SAMPLE, duplicates, partition

windows = st.lists(st.integers(0, 40), max_size=60)


@given(windows, st.integers(1, 12), st.integers(0, 5), st.integers(0, 1000))
def test_every_window_gets_one_place(n_windows, per_shard, first_shard, first_key):
    where = partition(np.array(n_windows, np.int64), per_shard, first_shard, first_key)
    assert np.bincount(where.source, where.n_windows, minlength=len(n_windows)).tolist() == n_windows
    assert set(where.source.tolist()) == set(range(len(n_windows))), "a source without windows keeps its row"
    keys = np.concatenate([np.arange(k, k + n) for k, n in zip(where.first_key, where.n_windows, strict=True)] or [[]])
    assert keys.tolist() == list(range(first_key, first_key + sum(n_windows)))


@given(windows, st.integers(1, 12))
def test_shards_are_full_but_never_too_full(n_windows, per_shard):
    where = partition(np.array(n_windows, np.int64), per_shard, 0, 0)
    used = np.bincount(where.shard, where.n_windows, minlength=where.n_shards)
    rows = np.bincount(where.shard, minlength=where.n_shards)
    assert (used <= per_shard).all() and (rows <= ROWS_PER_SAMPLE * per_shard).all()
    assert (np.diff(where.shard) >= 0).all() and set(where.shard.tolist()) == set(range(where.n_shards))


@given(windows, st.integers(1, 12))
def test_a_source_is_split_only_where_it_is_longer_than_a_shard(n_windows, per_shard):
    where = partition(np.array(n_windows, np.int64), per_shard, 0, 0)
    for source, n in enumerate(n_windows):
        ranges = [
            (f, k) for s, f, k in zip(where.source, where.first_window, where.n_windows, strict=True) if s == source
        ]
        assert len(ranges) == max(1, -(-n // per_shard))
        assert [first for first, _ in ranges] == list(range(0, max(n, 1), per_shard))


def test_the_earliest_of_equal_sounds_is_the_original():
    names = ["a", "b", "c", "d", "e"]
    digests = {"a": "1", "b": "2", "d": "1", "e": "", "c": ""}
    assert duplicates(names, digests) == {"d": "a"}, "what could not be hashed is no duplicate"
