import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mkaudio.pipeline.duplicates import Digests, Duplicates
from mkaudio.pipeline.indexed import Indexed
from mkaudio.pipeline.plan import ROWS_PER_SAMPLE, partition, write_plan
from mkaudio.shards import PLAN, open_storage, read_table, write_table

windows = st.lists(st.one_of(st.just(0), st.integers(0, 40)), max_size=60)


def dealt_one_by_one(n_windows, per_shard, first_shard, first_key):
    """The law, source by source: (source, shard, first window, windows, first key) of each row."""
    rows, shard, used, in_shard, key = [], first_shard, 0, 0, first_key
    for source, n in enumerate(n_windows):
        if in_shard and (used + n > per_shard or in_shard >= ROWS_PER_SAMPLE * per_shard):
            shard, used, in_shard = shard + 1, 0, 0
        for start in range(0, max(n, 1), per_shard):
            if start:
                shard, used, in_shard = shard + 1, 0, 0
            taken = min(per_shard, n - start)
            rows.append((source, shard, start, taken, key))
            used, in_shard, key = used + taken, in_shard + 1, key + taken
    return rows


@given(windows, st.integers(1, 12), st.integers(0, 5), st.integers(0, 1000))
@example([0] * 17 + [1] + [0] * 20, 2, 0, 0)  # a shard full of rows before it is full of windows
@example([0, 1, 9, 0, 1, 0, 1, 6, 6, 0], 3, 1, 5)
def test_dealing_by_shards_is_dealing_one_by_one(n_windows, per_shard, first_shard, first_key):
    where = partition(np.array(n_windows, np.int64), per_shard, first_shard, first_key)
    columns = (where.source, where.shard, where.first_window, where.n_windows, where.first_key)
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    assert rows == dealt_one_by_one(n_windows, per_shard, first_shard, first_key)
    assert where.n_shards == len({row[1] for row in rows})
    assert [column.dtype for column in columns] == [np.int64, np.int32, np.int32, np.int32, np.int64]


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


@given(windows, st.integers(1, 12), st.integers(1, 12), st.integers(0, 1000))
def test_where_windows_are_chosen_a_source_stays_whole_and_fills_what_is_kept(n_windows, per_shard, most, first_key):
    """The law: dealt as sources of as many windows as are kept, and numbered over all."""
    most = min(most, per_shard)
    where = partition(np.array(n_windows, np.int64), per_shard, 0, first_key, most)
    dealt = dealt_one_by_one([min(n, most) for n in n_windows], per_shard, 0, 0)
    assert where.shard.tolist() == [shard for _, shard, *_ in dealt] and where.n_shards == len(
        set(where.shard.tolist())
    )
    assert where.source.tolist() == list(range(len(n_windows))) and not where.first_window.any()
    assert where.n_windows.tolist() == n_windows
    assert where.first_key.tolist() == [first_key + sum(n_windows[:source]) for source in range(len(n_windows))]
    assert [where.n_windows.dtype, where.first_key.dtype] == [np.int32, np.int64]


def plan_of(folder, cuts, n_windows, digests, same, per_shard=4):
    """The sealed plan of inputs that lie in parts of these lengths."""
    defaults = {pa.string(): "", pa.int8(): 16}
    parts, begins = [], np.concatenate([[0], np.cumsum(cuts)])
    for number, (begin, length) in enumerate(zip(begins[:-1].tolist(), cuts, strict=True)):
        rows = [
            {field.name: [] if field.name == "labels" else defaults.get(field.type, 0) for field in PLAN}
            | {"source_root": "in", "source_path": f"{source}.wav", "size_bytes": source}
            for source in range(begin, begin + length)
        ]
        parts.append(f"{number}.parquet")
        write_table(folder / parts[-1], rows, PLAN)
    n_windows = np.array(n_windows, np.int64)
    indexed = Indexed(open_storage(folder), parts, begins, n_windows, n_windows, "")
    write_plan(folder / "plan.parquet", indexed, partition(n_windows, per_shard, 0, 0), digests, same)
    return read_table(folder / "plan.parquet")


@pytest.mark.parametrize("cuts", [[7], [3, 4], [1, 1, 5], [2, 2, 2, 1]])
def test_the_plan_is_the_same_however_the_index_is_cut(tmp_path, cuts):
    n_windows = [2, 0, 9, 0, 1, 0, 3]
    sha256 = np.arange(4 * 32, dtype=np.uint8).reshape(4, 32)
    digests = Digests(np.array([0, 2, 3, 5]), sha256)
    same = Duplicates(np.array([3, 5]), np.array([1, 0]), pa.array(["in/0.wav", "in/2.wav"], pa.large_string()))
    table = plan_of(tmp_path, cuts, n_windows, digests, same)
    rows = dealt_one_by_one(n_windows, 4, 0, 0)
    assert table.schema == PLAN
    places = ["size_bytes", "shard", "first_window", "n_windows", "first_key"]
    assert [tuple(row.values()) for row in table.select(places).to_pylist()] == rows
    hexes = dict(zip([0, 2, 3, 5], (one.tobytes().hex() for one in sha256), strict=True))
    assert table["sha256"].to_pylist() == [hexes.get(source, "") for source, *_ in rows]
    names = {3: "in/2.wav", 5: "in/0.wav"}
    assert table["duplicate_of"].to_pylist() == [names.get(source, "") for source, *_ in rows]
