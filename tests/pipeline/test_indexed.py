import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.indexed import Fingerprint, read_indexed
from mkaudio.shards import PLAN, open_storage, write_table

TEXTS = pa.list_(pa.field("item", pa.string(), nullable=False))
rows = st.lists(
    st.tuples(st.text(max_size=3), st.integers(0, 3), st.lists(st.text(max_size=2), max_size=3)), max_size=12
)


def table_of(rows):
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    types = (pa.string(), pa.int64(), TEXTS)
    return pa.table([pa.array(list(c), t) for c, t in zip(columns, types, strict=True)], ["name", "size", "labels"])


def fingerprint(*tables):
    made = Fingerprint()
    for table in tables:
        made.update(table)
    return made.hexdigest()


@given(rows, st.integers(0, 12))
def test_the_fingerprint_does_not_see_how_rows_are_cut(rows, cut):
    whole = table_of(rows)
    pieces = fingerprint(table_of(rows[:cut]), table_of(rows[cut:]))
    slices = fingerprint(whole.slice(0, cut), whole.slice(cut))
    chunks = fingerprint(pa.concat_tables([whole.slice(0, cut), whole.slice(cut)]))
    assert fingerprint(whole) == pieces == slices == chunks


def test_empty_texts_need_no_buffer(tmp_path):
    made, cut = pa.array(["", ""]), pa.array(["x", "", "", "y"]).slice(1, 2)
    parquet.write_table(pa.table({"a": made}), tmp_path / "a.parquet")
    read = parquet.read_table(tmp_path / "a.parquet")["a"]
    assert len({fingerprint(pa.table({"a": values})) for values in (made, cut, read)}) == 1


@given(rows, rows)
def test_other_values_have_another_fingerprint(one, two):
    assert (fingerprint(table_of(one)) == fingerprint(table_of(two))) == (one == two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ([("ab", 0, []), ("c", 0, [])], [("a", 0, []), ("bc", 0, [])]),
        ([("", 0, ["a", "b"])], [("", 0, ["ab"])]),
        ([("", 0, ["a"]), ("", 0, [])], [("", 0, []), ("", 0, ["a"])]),
        ([("", 1, []), ("", 2, [])], [("", 2, []), ("", 1, [])]),
    ],
)
def test_what_looks_alike_when_joined_is_not_the_same(one, two):
    assert fingerprint(table_of(one)) != fingerprint(table_of(two))


def index(folder, lengths):
    parts, number = [], 0
    for part, length in enumerate(lengths):
        rows = []
        for _ in range(length):
            row = dict.fromkeys(PLAN.names, "") | {
                "labels": [f"l{number}"],
                "source_root": "in",
                "source_path": f"{number}",
            }
            row |= dict.fromkeys((f.name for f in PLAN if pa.types.is_integer(f.type)), 0)
            rate_hz = (0, 8_000, 44_100)[number % 3]
            row |= {"size_bytes": 100 + number, "sample_rate_hz": rate_hz, "n_frames": number * 50_000 * (rate_hz > 0)}
            rows.append(row | {"refusal": "truncated" if number == 5 else ""})
            number += 1
        parts.append(f"{part}.parquet")
        write_table(folder / parts[-1], rows, PLAN)
    return parts


def test_the_index_is_read_as_columns(tmp_path):
    config = DistillConfig()
    indexed = read_indexed(open_storage(tmp_path), index(tmp_path, [4, 3, 2]), config)
    assert indexed.begins.tolist() == [0, 4, 7, 9] and indexed.sizes.tolist() == list(range(100, 109))
    rates_hz = [(0, 8_000, 44_100)[number % 3] for number in range(9)]
    expected = [config.n_windows(n * 50_000, r) if r and n != 5 else 0 for n, r in enumerate(rates_hz)]
    assert indexed.n_windows.tolist() == expected
    (tmp_path / "cut").mkdir()
    assert (
        read_indexed(open_storage(tmp_path / "cut"), index(tmp_path / "cut", [1, 8]), config).fingerprint
        == indexed.fingerprint
    )


def test_only_the_parts_that_hold_a_wanted_input_are_opened(tmp_path):
    parts = index(tmp_path, [4, 3, 2])
    indexed = read_indexed(open_storage(tmp_path), parts, DistillConfig())
    (tmp_path / parts[1]).unlink()
    wanted = np.array([0, 3, 8])
    assert indexed.names_of(wanted).to_pylist() == ["in/0", "in/3", "in/8"]
    assert [table.num_rows for table in indexed.rows_of(wanted)] == [2, 1]
    assert indexed.names_of(wanted[:0]).to_pylist() == []
    with pytest.raises(FileNotFoundError):
        indexed.names_of(np.array([4]))
