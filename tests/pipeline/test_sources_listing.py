"""A list names sounds: in four formats the same, each path once, and a row that points nowhere is a row."""

import json
import os
import pickle

import numpy as np
import pandas as pd
import pytest
import soundfile

from mkaudio.pipeline.sources import open_sources
from mkaudio.pipeline.sources.columns import FIELDS, SINGLE_FIELDS
from mkaudio.shards.reasons import Reason

ROWS = [
    {"path": "b.wav", "tags": "dog;cat", "caption": "A dog; a cat.", "url": "https://x.org/b", "artist": "Ann"},
    {"path": "a.wav", "tags": '["rain", 3]', "caption": "", "url": "", "artist": ""},
    {"path": "./b.wav", "tags": "cat;cow", "caption": "", "url": "https://x.org/c", "artist": ""},
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    for number, name in enumerate(["in/a.wav", "in/b.wav", "far.wav"]):
        soundfile.write(tmp_path / name, np.linspace(-0.5, 0.5, 50 + number), 8_000)
    return tmp_path / "in"


def write_list(path, rows):
    table = pd.DataFrame(rows)
    match path.suffix:
        case ".parquet":
            table.to_parquet(path)
        case ".jsonl" | ".ndjson":
            path.write_text("\n\n".join(map(json.dumps, rows)))
        case ending:
            table.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",", encoding="utf-8-sig")
    return path


def items_of(path, columns=None):
    return list(open_sources([path], columns)[0].inputs())


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "ndjson", "parquet"])
def test_all_formats_say_the_same_and_rows_of_one_path_merge(folder, ending):
    path = write_list(folder / f"list.{ending}", ROWS)
    a, b = items_of(path)
    assert (a.path, a.labels, a.source_url) == ("a.wav", ("rain",), "")
    assert (b.path, b.labels) == ("b.wav", ("dog", "cat", "A dog; a cat.", "cow"))
    assert (b.source_url, b.attribution, b.language) == ("https://x.org/b", "Ann", "")
    assert b.size_bytes == (folder / "b.wav").stat().st_size
    source, b = pickle.loads(pickle.dumps((open_sources([path])[0], b)))
    assert source.open(b).read() == (folder / "b.wav").read_bytes()


@pytest.mark.parametrize("column", [*FIELDS["path"], "File_Name", " PATH "])
def test_every_known_name_of_the_path_column(folder, column):
    (item,) = items_of(write_list(folder / "list.jsonl", [{"label": "dog", column: "a.wav"}]))
    assert (item.path, item.labels, item.refusal) == ("a.wav", ("dog",), None)


def test_the_first_known_path_column_counts(folder):
    (item,) = items_of(write_list(folder / "list.csv", [{"fname": "no.wav", "audio": "no.wav", "file": "a.wav"}]))
    assert (item.path, item.refusal) == ("a.wav", None)


@pytest.mark.parametrize(("field", "name"), [(field, name) for field in SINGLE_FIELDS for name in FIELDS[field]])
def test_every_known_name_of_the_other_columns(folder, field, name):
    (item,) = items_of(write_list(folder / "list.csv", [{"path": "a.wav", name.title(): "what it says"}]))
    assert getattr(item, field) == "what it says"


def test_the_user_says_which_column(folder):
    path = write_list(folder / "list.csv", [{"path": "no.wav", "mine": "a.wav", "label": "no", "words": "dog;cat"}])
    (item,) = items_of(path, {"path": "mine", "label": "words"})
    assert (item.path, item.labels, item.refusal) == ("a.wav", ("dog", "cat"), None)
    with pytest.raises(ValueError, match=r"'wrds'.*did you mean 'words'.*found: path, mine, label, words"):
        items_of(path, {"label": "wrds"})


def test_rows_that_point_nowhere_are_rows(folder):
    paths = ["", "a.wav", "gone.wav", "https://x.org/a.wav", "../in", "", "a.wav/x.wav"]
    items = items_of(write_list(folder / "list.csv", [{"label": "x", "path": path} for path in paths]))
    refused = [item for item in items if item.refusal]
    assert [item.path for item in items if not item.refusal] == ["a.wav"] and len(refused) == 6
    reasons = {item.path: item.refusal.reason for item in refused}
    assert reasons.pop(".") is Reason.NOT_A_FILE and set(reasons.values()) == {Reason.MISSING}
    messages = " ".join(item.refusal.message for item in refused)
    assert "row 1 " in messages and "row 6 " in messages and "download" in messages


def test_paths_outside_and_absolute_ones_are_relative_to_the_list(folder):
    items = items_of(
        write_list(folder / "list.csv", [{"path": "../far.wav"}, {"path": str(folder / "sub" / ".." / "b.wav")}])
    )
    assert [(item.path, item.refusal) for item in items] == [("../far.wav", None), ("b.wav", None)]


def test_order_is_that_of_bytes_and_odd_names_open(folder):
    names = [b"caf\xe9.wav", "é.wav".encode(), b"-x.wav", b"B.wav", b"a b.wav", b"a,b.wav"]
    for name in names:
        os.rename(folder / "a.wav", os.path.join(os.fsencode(folder), name))
        soundfile.write(folder / "a.wav", np.zeros(50), 8_000)
    (folder / "list.csv").write_bytes(b"path\n" + b"".join(b'"' + name + b'"\n' for name in names))
    (source,) = open_sources([folder / "list.csv"])
    items = list(source.inputs())
    assert [item.path.replace("\\xe9", "\udce9") for item in items] == [os.fsdecode(name) for name in sorted(names)]
    assert all(source.open(item).read(4) == b"RIFF" for item in items)


@pytest.mark.parametrize(("name", "text", "error"), [
    ("x.jsonl", '{"path": "a.wav"}\n\n{"path": \n', "line 3: not JSON"),
    ("x.jsonl", '["a.wav"]\n', "line 1: a list"),
    ("x.csv", "pfad,label\na.wav,dog\n", "no column holds paths; found pfad, label"),
])  # fmt: skip
def test_a_list_that_cannot_be_read_says_where(folder, name, text, error):
    (folder / name).write_text(text)
    with pytest.raises(ValueError, match=error) as raised:
        items_of(folder / name)
    assert name in str(raised.value)


def test_every_line_may_name_its_own_columns(folder):
    rows = [{"path": "a.wav"}, {"path": "a.wav", "caption": "Rain."}]
    (item,) = items_of(write_list(folder / "list.jsonl", rows))
    assert item.labels == ("Rain.",)


def test_a_row_with_a_cell_too_many_is_read(folder):
    (folder / "list.csv").write_text("path,label\na.wav,dog,extra\n")
    assert [item.labels for item in items_of(folder / "list.csv")] == [("dog",)]


@pytest.mark.parametrize("text", ["", "pfad,label\n"])
def test_a_list_without_rows_is_still_checked(folder, text):
    (folder / "list.csv").write_text(text)
    with pytest.raises(ValueError, match="no column holds paths"):
        items_of(folder / "list.csv")


def test_names_that_no_file_can_have_are_rows(folder):
    (folder / "list.jsonl").write_text('{"path": "a\\u0000.wav"}\n{"path": "\\ud800.wav"}\n{"path": "a.wav"}\n')
    reasons = [item.refusal and item.refusal.reason for item in items_of(folder / "list.jsonl")]
    assert reasons == [Reason.UNSAFE_NAME, None, Reason.MISSING]


def test_a_parquet_list_may_have_any_name(folder):
    write_list(folder / "list.parquet", [{"path": "a.wav"}]).rename(folder / os.fsdecode(b"caf\xe9.parquet"))
    assert [item.path for item in items_of(folder / os.fsdecode(b"caf\xe9.parquet"))] == ["a.wav"]
