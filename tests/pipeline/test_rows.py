import os

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from mkaudio.pipeline import rows
from mkaudio.pipeline.rows import read_rows
from mkaudio.shards import PLAN, open_storage

SHARDS = [3] * 5 + [4] + [5] * 9 + [7] * 2


def write_plan(path, shards, group):
    columns = {field.name: [[] if field.name == "labels" else ""] * len(shards) for field in PLAN}
    columns |= {field.name: range(len(shards)) for field in PLAN if pa.types.is_integer(field.type)}
    table = pa.table({**columns, "shard": shards}, PLAN)
    pq.write_table(table, path, row_group_size=group, write_page_checksum=True)
    return table


@pytest.mark.parametrize("group", [1, 2, 4, 5, 100])
def test_a_shard_has_its_rows_wherever_row_groups_end(tmp_path, group):
    table = write_plan(tmp_path / "plan.parquet", SHARDS, group)
    for shard in range(9):
        expected = table.filter(pc.equal(table["shard"], shard))["size_bytes"].to_pylist()
        assert [row.size_bytes for row in read_rows(open_storage(tmp_path), "plan.parquet", shard)] == expected


def test_the_footer_is_read_once_a_file_and_again_when_the_file_is_another(tmp_path, monkeypatch):
    path, read, read_metadata = tmp_path / "plan.parquet", [], pq.read_metadata
    monkeypatch.setattr(rows.pq, "read_metadata", lambda plan: read.append(path) or read_metadata(plan))
    write_plan(path, SHARDS, 4)
    assert [len(read_rows(open_storage(tmp_path), "plan.parquet", shard)) for shard in (3, 4, 5)] == [
        5,
        1,
        9,
    ] and read == [path]
    write_plan(path, SHARDS[::-1][:2], 1)
    os.utime(path, ns=(1, 1))
    assert len(read_rows(open_storage(tmp_path), "plan.parquet", 7)) == 2 and read == [path] * 2


def test_only_the_row_groups_of_the_shard_are_read(tmp_path):
    path = tmp_path / "plan.parquet"
    write_plan(path, SHARDS, 4)
    damaged = bytearray(path.read_bytes())
    column = pq.read_metadata(path).row_group(3).column(PLAN.get_field_index("mtime_ns"))
    damaged[(column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size - 1] ^= 0xFF
    path.write_bytes(damaged)
    assert len(read_rows(open_storage(tmp_path), "plan.parquet", 3)) == 5
    with pytest.raises(OSError, match=r"(?i)crc|checksum"):
        read_rows(open_storage(tmp_path), "plan.parquet", 5)


@pytest.mark.parametrize("group", [1, 4, 100])
def test_a_sample_of_a_root_goes_from_its_first_row_to_its_last(tmp_path, group):
    columns = {field.name: [[] if field.name == "labels" else ""] * 30 for field in PLAN}
    columns |= {field.name: range(30) for field in PLAN if pa.types.is_integer(field.type)}
    columns |= {"source_root": ["a"] * 3 + ["b"] * 20 + ["c"] * 7, "n_windows": [0, 1] * 15}
    pq.write_table(pa.table(columns, PLAN), tmp_path / "plan.parquet", row_group_size=group)
    found = {root: rows.sample_rows(open_storage(tmp_path), "plan.parquet", root, 4) for root in "abcd"}
    assert [row.size_bytes for row in found["a"]] == [1] and found["d"] == []
    assert {row.source_root for row in found["b"]} == {"b"} and all(row.n_windows for row in found["b"])
    if group > 1:
        assert (found["b"][0].size_bytes, found["b"][-1].size_bytes) == (3, 21)
