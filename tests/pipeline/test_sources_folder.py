"""A folder lists each sound once, in byte order, and every thing that is none of use as one row."""

import json
import os
import pickle
import tarfile
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pytest
import soundfile

from mkaudio.pipeline.sources import open_sources
from mkaudio.pipeline.sources.escape import escape_path
from mkaudio.shards.reasons import Reason, Refusal

ODD_NAMES = [
    b"-rf.wav",
    b"two\nlines.wav",
    "🐕.wav".encode(),
    b"n" * 246 + b".wav",
    b"caf\xe9.wav",
    b"a\\b.wav",
    b"a::b.wav",
]
SORTING_NAMES = [
    b"a-b.wav",
    b"a/b.wav",
    b"a b.wav",
    b"a.wav",
    b"a.wav2/x.wav",
    b"a0.wav",
    b"A.wav",
    b"a/b/c.wav",
    b"a/b-.wav",
]


def write_sound(path, n_frames=50):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.linspace(-0.5, 0.5, n_frames), 8_000)
    return path


def refusals(source):
    return {item.path: item.refusal.reason for item in source.inputs() if item.refusal}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def source(folder):
    return open_sources([folder])[0]


@pytest.mark.parametrize("names", [ODD_NAMES, SORTING_NAMES])
def test_every_name_is_listed_in_byte_order_and_opens(tmp_path, folder, source, names):
    for number, name in enumerate(names):
        path = os.path.join(os.fsencode(folder), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.rename(write_sound(tmp_path / "x.wav", 50 + number), path)
    items = list(source.inputs())
    assert [item.path for item in items] == [escape_path(name) for name in sorted(names)]
    for item, name in zip(items, sorted(names), strict=True):
        with source.open(item) as opened, open(os.path.join(os.fsencode(folder), name), "rb") as expected:
            data = expected.read()
            assert opened.seekable() and opened.read() == data
            assert (item.kind, item.size_bytes, item.refusal) == ("file", len(data), None)


def test_what_is_no_sound_is_counted(folder, source):
    for name in (".hidden.wav", ".dot/x.wav", "A.WAV", "b.Mp3"):
        write_sound(folder / "x.wav").rename(folder / name) if "/" not in name else write_sound(folder / name)
    for name in ("a.pdf", "b.PDF", "README"):
        (folder / name).touch()
    for _ in range(2):
        assert [item.path for item in source.inputs()] == ["A.WAV", "b.Mp3"]
        assert source.ignored == {"(hidden)": 2, ".pdf": 2, "(no ending)": 1}


def test_links_pipes_and_folders_that_look_like_sound(folder, source, tmp_path):
    write_sound(tmp_path / "elsewhere" / "far.wav")
    write_sound(folder / "sub" / "a.wav")
    write_sound(folder / "named.wav" / "inside.wav")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "self.wav").symlink_to("self.wav")
    (folder / "broken.wav").symlink_to("gone.wav")
    (folder / "broken.pdf").symlink_to("gone.pdf")
    os.mkfifo(folder / "pipe.wav")
    assert refusals(source) == {
        "broken.wav": Reason.BROKEN_SYMLINK,
        "named.wav": Reason.NOT_A_FILE,
        "pipe.wav": Reason.NOT_A_FILE,
        "self.wav": Reason.SYMLINK_LOOP,
        "sub/up": Reason.SYMLINK_LOOP,
    }
    sound = [item.path for item in source.inputs() if item.refusal is None]
    assert sound == ["linked/far.wav", "named.wav/inside.wav", "sub/a.wav"]


@pytest.mark.parametrize("by", ["mode", "system call"])
def test_a_folder_that_may_not_be_listed_is_one_row(folder, source, by, monkeypatch):
    write_sound(folder / "closed" / "a.wav")
    write_sound(folder / "open.wav")
    if by == "mode":
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        (folder / "closed").chmod(0)
    else:
        scan = os.scandir

        def closed(path):
            if os.fsencode(path).endswith(b"closed"):
                raise PermissionError(13, "Permission denied")
            return scan(path)

        monkeypatch.setattr(os, "scandir", closed)
    items = list(source.inputs())
    (folder / "closed").chmod(0o755)
    assert [(item.path, item.refusal and item.refusal.reason) for item in items] == [
        ("closed", Reason.UNREADABLE),
        ("open.wav", None),
    ]


@pytest.mark.parametrize("by", ["mode", "system call"])
def test_a_sound_that_may_not_be_read_is_refused(folder, source, by, monkeypatch):
    closed = write_sound(folder / "closed.wav")
    write_sound(folder / "open.wav")
    if by == "mode":
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        closed.chmod(0)
    else:
        monkeypatch.setattr(os, "access", lambda path, mode: not os.fsencode(path).endswith(b"closed.wav"))
    assert [item.path for item in source.inputs()] == ["closed.wav", "open.wav"]
    assert refusals(source) == {"closed.wav": Reason.UNREADABLE}


def test_what_is_refused_whole_stands_where_its_contents_would(folder, source):
    for name in ("in-.wav", "in0.wav", "t.tar-.wav", "t.tarx.wav", "x.wav-.wav", "x.wav/in.wav", "x.wav0.wav"):
        write_sound(folder / name)
    (folder / "in").symlink_to(folder)
    (folder / "t.tar").write_bytes(b"no tar" * 300)
    ends = {"in": "in/", "t.tar": "t.tar::"}
    paths = [item.path for item in source.inputs()]
    assert len(paths) == 10 and paths == sorted(paths, key=lambda path: ends.get(path, path).encode())


def test_what_lies_beside_a_sound_labels_it(folder, source):
    for name in ("a", "b", "c", "d", "dog bark"):
        write_sound(folder / f"{name}.wav")
    (folder / "a.txt").write_text("A dog barks;\n twice.")
    (folder / "a.json").write_text(
        json.dumps({"tags": ["dog", 3, "7"], "lang": "en", "uploader": 12, "license": "CC0"})
    )
    (folder / "b.txt").write_text("First line.\n" + "more " * 100)
    (folder / "c.json").write_text("{broken")
    (folder / "d.txt").write_bytes(b"caf\xe9")
    found = {item.path: item for item in source.inputs()}
    a = found["a.wav"]
    assert (a.labels, a.language, a.group, a.licence) == (("A dog barks; twice.", "dog"), "en", "12", "CC0")
    assert found["b.wav"].labels == ("First line.",) and found["b.wav"].language == ""
    assert found["c.wav"].labels == found["d.wav"].labels == found["dog bark.wav"].labels == ()


def test_a_tar_in_a_folder_lies_where_its_name_says(folder, source):
    sounds = {name: write_sound(folder / name, n).read_bytes() for n, name in enumerate(["a.wav", "b.wav"], 60)}
    with tarfile.open(folder / "a.tar", "w") as tar:
        tar.add(folder / "b.wav", "sub/z.wav")
        tar.add(folder / "a.wav", "m.wav")
    for name in ("a.tar-x.wav", "a.tarx.wav"):
        write_sound(folder / name)
    before, *items = source.inputs()
    between = items.pop(2)
    assert (before.path, between.path) == ("a.tar-x.wav", "a.tarx.wav")
    assert [item.path for item in items] == ["a.tar::m.wav", "a.tar::sub/z.wav", "a.wav", "b.wav"]
    read = [source.open(item).read() for item in items]
    assert read == [sounds["a.wav"], sounds["b.wav"], sounds["a.wav"], sounds["b.wav"]]


def test_one_file_is_a_folder_of_itself(folder):
    write_sound(folder / "other.wav")
    write_sound(folder / "a.wav")
    (folder / "a.txt").write_text("A dog.")
    (source,) = open_sources([folder / "a.wav"])
    (item,) = source.inputs()
    assert (item.path, item.labels, source.root_name) == ("a.wav", ("A dog.",), "in")
    assert source.open(item).read() == (folder / "a.wav").read_bytes()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda path: path.unlink(), Reason.VANISHED),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), Reason.CHANGED),
        (lambda path: os.utime(path, ns=(1, 1)), Reason.CHANGED),
    ],
    ids=["gone", "longer", "touched"],
)
def test_a_file_is_opened_only_as_it_was_listed(folder, source, change, reason):
    path = write_sound(folder / "a.wav")
    (item,) = source.inputs()
    times = path.stat()
    change(path)
    if path.exists() and path.stat().st_size != item.size_bytes:
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(Refusal) as refused:
        source.open(item)
    assert refused.value.reason is reason


def test_a_source_and_its_inputs_travel(folder, source):
    write_sound(folder / "a.wav")
    os.mkfifo(folder / "b.wav")
    sound, pipe = pickle.loads(pickle.dumps(list(source.inputs())))
    elsewhere = pickle.loads(pickle.dumps(source))
    assert elsewhere.open(sound).read() == (folder / "a.wav").read_bytes()
    with pytest.raises(Refusal) as refused:
        elsewhere.open(pipe)
    assert refused.value.reason is Reason.NOT_A_FILE


def test_a_link_above_the_input_is_not_followed(folder, source, tmp_path):
    write_sound(folder / "a.wav")
    write_sound(tmp_path / "other" / "b.wav")
    (folder / "out").symlink_to(tmp_path)
    assert [item.path for item in source.inputs()] == ["a.wav", "out"]
    assert refusals(source) == {"out": Reason.SYMLINK_LOOP}


def test_very_deep_folders_are_one_row(folder, source):
    write_sound(folder.joinpath(*["d"] * 250) / "a.wav")
    write_sound(folder.joinpath(*["e"] * 350) / "b.wav")
    deep, lost = source.inputs()
    assert (deep.path, deep.refusal) == ("d/" * 250 + "a.wav", None)
    assert lost.path.startswith("e/e/") and lost.refusal.reason is Reason.UNREADABLE


def test_a_sound_that_became_a_pipe_is_changed_and_not_waited_for(folder, source):
    path = write_sound(folder / "a.wav")
    (item,) = source.inputs()
    path.unlink()
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(source.open, item)
        done, _ = wait([opening], timeout=2)
        os.close(os.open(path, os.O_RDWR))  # frees an open that waits
    assert done
    assert isinstance(opening.exception(), Refusal) and opening.exception().reason is Reason.CHANGED


def test_a_dataset_of_ours_is_no_input(tmp_path):
    write_sound(tmp_path / "a.wav")
    for name in ("dataset.json", "commits/0.json", "shards/0.tar"):
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(b"")
    assert [item.path for item in open_sources([tmp_path])[0].inputs()] == ["a.wav"]
    with pytest.raises(ValueError, match="its sounds are in"):
        list(open_sources([tmp_path / "out"])[0].inputs())
