"""Sounds inside Parquet: a row each, opened by number, whatever the row groups."""

import io
import os
import pickle

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from mkaudio.pipeline.sources import open_sources
from mkaudio.shards.reasons import Reason, Refusal


def sound(n_frames):
    buffer = io.BytesIO()
    soundfile.write(buffer, np.linspace(-0.5, 0.5, n_frames), 8_000, format="WAV")
    return buffer.getvalue()


SOUNDS = [sound(50 + number) for number in range(23)]


def write_parquet(path, column, cells, group_rows=5, **others):
    pq.write_table(pa.table({"n": list(range(len(cells))), **others, column: cells}), path, row_group_size=group_rows)
    return path


@pytest.mark.parametrize("group_rows", [1, 5, 100])
@pytest.mark.parametrize("column", ["audio struct", "audio", "bytes", "wav", "flac", "mp3", "content"])
def test_every_row_opens_in_any_order(tmp_path, column, group_rows):
    cells = [{"path": "x.wav", "bytes": data} for data in SOUNDS] if column == "audio struct" else SOUNDS
    (source,) = open_sources([write_parquet(tmp_path / "x.parquet", column.split()[0], cells, group_rows)])
    items = list(source.inputs())
    assert [item.path for item in items] == [f"x.parquet::{number:02d}" for number in range(23)]
    assert [item.path for item in items] == sorted(item.path for item in items)
    assert {item.kind for item in items} == {"parquet"}
    assert [item.size_bytes for item in items] == [len(data) for data in SOUNDS]
    unused = pickle.dumps(source)
    source = pickle.loads(unused)
    for number in [*range(23), 22, 0, 11, 11]:
        opened = source.open(items[number])
        assert opened.seekable() and opened.read() == SOUNDS[number]
    assert pickle.dumps(source) == unused, "a row group that is kept does not travel"


def test_the_other_columns_say_what_it_is(tmp_path):
    cells = [{"path": "dog.wav", "bytes": data} for data in SOUNDS[:2]]
    others = {"caption": ["A dog; a cat.", None], "tags": [["dog", "cat"], []], "license": ["CC0", ""], "label": [3, 4]}
    first, second = open_sources([write_parquet(tmp_path / "x.parquet", "audio", cells, **others)])[0].inputs()
    assert (set(first.labels), first.licence) == ({"dog", "cat", "A dog; a cat."}, "CC0")
    assert (second.labels, second.licence) == ((), "")


@pytest.mark.parametrize("empty", [None, {"path": "x.wav", "bytes": None}])
def test_a_row_without_bytes_is_missing(tmp_path, empty):
    cells = [{"path": "a", "bytes": SOUNDS[0]}, empty, {"path": "b", "bytes": SOUNDS[1]}]
    (source,) = open_sources([write_parquet(tmp_path / "x.parquet", "audio", cells)])
    items = list(source.inputs())
    assert [item.refusal and item.refusal.reason for item in items] == [None, Reason.MISSING, None]
    assert source.open(items[2]).read() == SOUNDS[1]
    with pytest.raises(Refusal, match="row 1"):
        source.open(items[1])


def test_a_file_written_anew_is_changed_even_where_its_rows_were_kept(tmp_path):
    path = write_parquet(tmp_path / "x.parquet", "audio", SOUNDS)
    (source,) = open_sources([path])
    items = list(source.inputs())
    source.open(items[0])
    write_parquet(path, "audio", SOUNDS[::-1])
    with pytest.raises(Refusal) as raised:
        source.open(items[1])
    assert raised.value.reason is Reason.CHANGED


def test_a_file_that_is_gone_has_vanished(tmp_path):
    path = write_parquet(tmp_path / "x.parquet", "audio", SOUNDS)
    (source,) = open_sources([path])
    (item, *_) = source.inputs()
    path.unlink()
    with pytest.raises(Refusal) as raised:
        source.open(item)
    assert raised.value.reason is Reason.VANISHED


def test_a_damaged_row_group_costs_its_rows_only(tmp_path):
    path = write_parquet(tmp_path / "x.parquet", "audio", SOUNDS)
    (source,) = open_sources([path])
    before = list(source.inputs())
    column = pq.ParquetFile(path).metadata.row_group(1).column(1)
    data, begin = bytearray(path.read_bytes()), column.data_page_offset
    data[begin : begin + 40] = b"\xff" * 40
    path.write_bytes(data)
    os.utime(path, ns=(before[0].mtime_ns,) * 2)
    refused = [item.offset for item in source.inputs() if item.refusal and item.refusal.reason is Reason.UNREADABLE]
    assert refused == [5, 6, 7, 8, 9]
    with pytest.raises(Refusal) as raised:
        source.open(before[5])
    assert raised.value.reason is Reason.UNREADABLE
    assert source.open(before[10]).read() == SOUNDS[10]
