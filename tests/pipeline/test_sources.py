"""Inputs in byte order, each once, opened as they were listed; whatever is wrong is a row, never an exception."""

import os
import pickle
import tarfile

import pandas as pd
import pytest
from distilling import write_tone
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.pipeline import open_sources
from mkaudio.pipeline.sources.escape import escape_path, unescape_path
from mkaudio.pipeline.sources.files import look_at
from mkaudio.shards import Reason, Refusal


def listed(*inputs, **columns):
    sources = open_sources(inputs, columns or None)
    return [item for source in sources for item in source.inputs()]


def reasons(items):
    return {item.path: item.refusal.reason for item in items if item.refusal}


@given(st.binary(min_size=1))
def test_escaping_is_reversible_and_valid_unicode(path):
    escaped = escape_path(path)
    assert unescape_path(escaped) == path and "::" not in escaped
    escaped.encode("utf-8")


NAMES = ["a-b.wav", "a/b.wav", "a b.wav", "a.wav", "a/c/d.flac", "b.wav/inside.wav", "B.WAV", "ä.ogg", "z/0.mp3"]


def test_the_order_is_that_of_path_bytes(tmp_path):
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = [item.path for item in listed(tmp_path) if item.refusal is None]
    assert found == sorted(NAMES, key=os.fsencode)


def test_hidden_things_and_what_is_no_sound_are_counted_and_passed_over(tmp_path):
    for name in ("a.wav", ".b.wav", ".git/c.wav", "d.txt", "e.txt", "README"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (source,) = open_sources([tmp_path])
    assert [item.path for item in source.inputs()] == ["a.wav"]
    assert source.ignored == {"(hidden)": 2, ".txt": 2, "(no ending)": 1}


def test_a_dataset_of_ours_is_no_input(tmp_path):
    write_tone(tmp_path / "a.wav")
    for name in ("dataset.json", "commits/0.json", "shards/0.tar"):
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(b"")
    assert [item.path for item in listed(tmp_path)] == ["a.wav"]
    with pytest.raises(ValueError, match="its sounds are in"):
        listed(tmp_path / "out")


def test_a_folder_that_may_not_be_listed_is_a_row(tmp_path, monkeypatch):
    write_tone(tmp_path / "locked" / "a.wav")
    write_tone(tmp_path / "b.wav")
    scan = os.scandir

    def forbidding(path):
        if os.fsencode(path).endswith(b"locked"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", forbidding)
    items = listed(tmp_path)
    assert reasons(items) == {"locked": Reason.UNREADABLE} and [item.path for item in items] == ["b.wav", "locked"]


def test_sidecars_are_labels(tmp_path):
    write_tone(tmp_path / "a.wav")
    (tmp_path / "a.txt").write_text("A dog barks at the moon.\n")
    (tmp_path / "a.json").write_text('{"tags": ["dog", "night"], "license": "CC0", "lang": "en"}')
    (item,) = listed(tmp_path)
    assert item.labels == ("A dog barks at the moon.", "dog", "night")
    assert (item.licence, item.language) == ("CC0", "en")


def test_opening_gives_the_bytes_and_notices_changes(tmp_path):
    path = write_tone(tmp_path / "a.wav")
    (source,) = pickle.loads(pickle.dumps(open_sources([tmp_path])))
    (item,) = source.inputs()
    with source.open(item) as handle:
        assert handle.read() == path.read_bytes()
    os.utime(path, ns=(1, 1))
    with pytest.raises(Refusal, match="changed"):
        source.open(item)
    path.unlink()
    with pytest.raises(Refusal, match="vanished"):
        source.open(item)


@pytest.mark.parametrize("column", ["path", "File", "filename", "audio_filepath", "fname", "location"])
def test_known_path_columns(tmp_path, column):
    write_tone(tmp_path / "x" / "a.wav")
    (tmp_path / "list.csv").write_text(f"{column},label\nx/a.wav,hum\n")
    (item,) = listed(tmp_path / "list.csv")
    assert (item.path, item.labels, item.refusal) == ("x/a.wav", ("hum",), None)


def test_every_kind_of_list_says_the_same(tmp_path):
    for name in ("b.wav", "a.wav"):
        write_tone(tmp_path / name)
    rows = [("b.wav", "low; hum", "CC0"), ("a.wav", "dog", ""), ("b.wav", "engine", "")]
    frame = pd.DataFrame(rows, columns=["path", "label", "licence"])
    frame.to_csv(tmp_path / "list.csv", index=False)
    frame.to_csv(tmp_path / "list.tsv", index=False, sep="\t")
    frame.to_json(tmp_path / "list.jsonl", orient="records", lines=True)
    frame.to_parquet(tmp_path / "list.parquet")
    found = [listed(tmp_path / f"list.{kind}") for kind in ("csv", "tsv", "jsonl", "parquet")]
    assert all(one == found[0] for one in found)
    assert [(item.path, item.labels, item.licence) for item in found[0]] == [
        ("a.wav", ("dog",), ""),
        ("b.wav", ("low", "hum", "engine"), "CC0"),
    ]


def test_rows_that_point_nowhere(tmp_path):
    write_tone(tmp_path / "in" / "a.wav")
    write_tone(tmp_path / "up.wav")
    lines = [
        "path",
        "a.wav",
        "gone.wav",
        "../up.wav",
        str(tmp_path / "in" / "a.wav"),
        "https://example.org/x.wav",
        '""',
    ]
    (tmp_path / "in" / "list.csv").write_text("\n".join(lines) + "\n")
    items = listed(tmp_path / "in" / "list.csv")
    assert [item.path for item in items if item.refusal is None] == ["../up.wav", "a.wav"]
    assert len(reasons(items)) == 3 and set(reasons(items).values()) == {Reason.MISSING}


def test_columns_are_named_by_the_user(tmp_path):
    write_tone(tmp_path / "a.wav")
    (tmp_path / "list.csv").write_text("clip,what,tape\na.wav,hum,7\n")
    (item,) = listed(tmp_path / "list.csv", path="clip", label="what", group="tape")
    assert (item.labels, item.group) == (("hum",), "7")
    with pytest.raises(ValueError, match="--column path=NAME"):
        listed(tmp_path / "list.csv")
    with pytest.raises(ValueError, match="did you mean 'clip'"):
        listed(tmp_path / "list.csv", path="clips")
    with pytest.raises(ValueError, match="did you mean 'label'"):
        listed(tmp_path / "list.csv", lable="what")


def test_a_bad_json_line_is_named(tmp_path):
    (tmp_path / "list.jsonl").write_text('{"path": "a.wav"}\n{oops\n')
    with pytest.raises(ValueError, match="line 2"):
        listed(tmp_path / "list.jsonl")


@pytest.fixture
def tar(tmp_path):
    """Two samples with their texts, one member that leads out, one link."""
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        for name in ("b.wav", "a.wav"):
            tar.add(write_tone(tmp_path / "src" / name, 300.0 + ord(name[0])), name)
        (tmp_path / "src" / "a.txt").write_text("a low hum")
        tar.add(tmp_path / "src" / "a.txt", "a.txt")
        tar.add(tmp_path / "src" / "a.wav", "../../x.wav")
        link = tarfile.TarInfo("link.wav")
        link.type, link.linkname = tarfile.SYMTYPE, "a.wav"
        tar.addfile(link)
    return tmp_path / "x.tar"


def test_tar_members_are_listed_and_read_in_place(tar, tmp_path):
    (source,) = open_sources([tar])
    items = {item.path: item for item in source.inputs()}
    assert list(items) == ["x.tar::../../x.wav", "x.tar::a.wav", "x.tar::b.wav", "x.tar::link.wav"]
    assert reasons(items.values()) == {"x.tar::../../x.wav": Reason.UNSAFE_NAME, "x.tar::link.wav": Reason.NOT_A_FILE}
    assert items["x.tar::a.wav"].labels == ("a low hum",)
    whole = (tmp_path / "src" / "a.wav").read_bytes()
    with source.open(items["x.tar::a.wav"]) as handle:
        assert handle.read() == whole and handle.seek(100) == 100 and handle.read(50) == whole[100:150]
        assert handle.seek(-4, os.SEEK_END) == len(whole) - 4 and handle.read() == whole[-4:]


def test_a_tar_inside_a_folder_is_opened(tar, tmp_path):
    (tmp_path / "in").mkdir()
    tar.rename(tmp_path / "in" / "x.tar")
    assert [item.path for item in listed(tmp_path / "in") if not item.refusal] == ["x.tar::a.wav", "x.tar::b.wav"]


def test_a_cut_tar_keeps_its_whole_members_and_says_that_it_is_cut(tar, tmp_path):
    data = tar.read_bytes()
    whole = {item.path: item for item in listed(tar)}
    for size in range(512, len(data.rstrip(b"\0")), 1536):
        cut = tmp_path / "cut" / "x.tar"
        cut.parent.mkdir(exist_ok=True)
        cut.write_bytes(data[:size])
        items = {item.path: item for item in listed(cut)}
        assert items["x.tar"].refusal.reason in {Reason.TRUNCATED, Reason.NOT_AUDIO}
        for path, item in items.items():
            if path != "x.tar" and item.refusal is None:
                assert (item.offset, item.size_bytes) == (whole[path].offset, whole[path].size_bytes)
                assert item.offset + item.size_bytes <= size


def test_parquet_rows(tmp_path):
    sounds = [write_tone(tmp_path / f"{number}.wav", 300.0 + number).read_bytes() for number in range(12)]
    frame = pd.DataFrame({
        "audio": [{"bytes": one, "path": "x"} for one in sounds],
        "label": [f"n{n}" for n in range(12)],
    })
    frame.loc[5, "audio"] = None
    frame.to_parquet(tmp_path / "x.parquet", row_group_size=5)
    pd.DataFrame({"flac": sounds}).to_parquet(tmp_path / "y.parquet")
    for name, missing in (("x", {"x.parquet::05": Reason.MISSING}), ("y", {})):
        (source,) = pickle.loads(pickle.dumps(open_sources([tmp_path / f"{name}.parquet"])))
        items = list(source.inputs())
        assert len(items) == 12 and reasons(items) == missing
        for item, sound in zip(items, sounds, strict=True):
            if item.refusal is None:
                with source.open(item) as handle:
                    assert handle.read() == sound


def test_names_of_inputs_differ_and_missing_ones_are_named(tmp_path):
    for folder in ("one/kit", "two/kit"):
        write_tone(tmp_path / folder / "a.wav")
    sources = open_sources([tmp_path / "one" / "kit", tmp_path / "two" / "kit", tmp_path / "one" / "kit" / "a.wav"])
    assert [source.root_name for source in sources] == ["kit", "kit-2", "kit-3"]
    with pytest.raises(ValueError, match=r"did you mean .*one"):
        open_sources([tmp_path / "onne"])
    (tmp_path / "x.tar.gz").touch()
    with pytest.raises(ValueError, match="unpack it first"):
        open_sources([tmp_path / "x.tar.gz"])


def test_looking_at_a_pipe_does_not_wait(tmp_path):
    os.mkfifo(tmp_path / "p.wav")
    assert look_at(os.fsencode(tmp_path / "p.wav"))[2].reason is Reason.NOT_A_FILE
