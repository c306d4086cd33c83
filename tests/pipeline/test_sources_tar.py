"""A tar is listed by its headers, read in place, and says what of it is lost."""

import io
import pickle
import random
import tarfile

import numpy as np
import pytest
import soundfile

from mkaudio.pipeline.sources import open_sources
from mkaudio.shards.reasons import Reason, Refusal


def sound(n_frames=50):
    buffer = io.BytesIO()
    soundfile.write(buffer, np.linspace(-0.5, 0.5, n_frames), 8_000, format="WAV")
    return buffer.getvalue()


def write_tar(path, members, form=tarfile.PAX_FORMAT):
    """Members are (name, bytes), or (name, type of a member without data)."""
    with tarfile.open(path, "w", format=form, encoding="utf-8", errors="surrogateescape") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if len(data) == 1:
                info.type, info.linkname = data, "a.wav"
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return path


def listed(path):
    (source,) = open_sources([path])
    return source, list(source.inputs())


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_members_are_in_byte_order_and_read_in_place(tmp_path, form):
    names = ["b.wav", "a/z.flac", "a.wav", "a-b.MP3", "d/" * 30 + "long.wav", "caf\udce9.wav", "🐕.wav"]
    if form != tarfile.USTAR_FORMAT:
        names.append("n" * 200 + ".wav")
    data = {name: sound(50 + number) for number, name in enumerate(names)}
    source, items = listed(write_tar(tmp_path / "x.tar", [*data.items(), ("notes.pdf", b"no sound")], form))
    in_order = sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape"))
    assert [item.path for item in items] == ["x.tar::" + name.replace("\udce9", "\\xe9") for name in in_order]
    assert [source.open(item).read() for item in items] == [data[name] for name in in_order]
    whole = (tmp_path / "x.tar").read_bytes()
    for item, name in zip(items, in_order, strict=True):
        assert whole[item.offset : item.offset + item.size_bytes] == data[name]
    assert source.ignored == {".pdf": 1}


def test_a_slice_behaves_as_a_file(tmp_path):
    data = sound(500)
    source, items = listed(write_tar(tmp_path / "x.tar", [("a.wav", sound()), ("b.wav", data), ("c.wav", sound())]))
    opened, expected, draw = pickle.loads(pickle.dumps(source)).open(items[1]), io.BytesIO(data), random.Random(0)
    for _ in range(300):
        whence = draw.choice([0, 1, 2])
        offset = draw.randrange(len(data) + 20) if whence == 0 else draw.randrange(-40, 20)
        if whence == 0 or (expected.tell() if whence == 1 else len(data)) + offset >= 0:
            assert opened.seek(offset, whence) == expected.seek(offset, whence) == opened.tell()
        count = draw.choice([0, 1, 100, -1])
        assert opened.read(count) == expected.read(count)
    opened.seek(0)
    assert soundfile.info(opened).frames == 500


def test_members_of_one_key_label_the_sound(tmp_path):
    members = [
        ("s/0001.txt", b"A dog barks."),
        ("s/0001.mic.wav", sound()),
        ("s/0001.flac", sound()),
        ("s/0001.json", b'{"tags": ["dog", 4], "language": "en", "uploader": "ann"}'),
        ("s/0001.cls", b"17"),
        ("0001.txt", b"Another folder."),
        ("s/0002.wav", sound()),
        ("s/0002.cls", b"rain"),
        ("s/0003.wav", sound()),
        ("s/0003.json", b"{broken"),
    ]
    _, items = listed(write_tar(tmp_path / "x.tar", members))
    assert [(item.path, item.labels, item.language, item.group) for item in items] == [
        ("x.tar::s/0001.flac", ("A dog barks.", "dog"), "en", "ann"),
        ("x.tar::s/0001.mic.wav", ("A dog barks.", "dog"), "en", "ann"),
        ("x.tar::s/0002.wav", ("rain",), "", ""),
        ("x.tar::s/0003.wav", (), "", ""),
    ]


def test_names_that_lead_out_and_members_that_are_no_files(tmp_path):
    members = [
        *[(name, sound()) for name in ("a.wav", "../../x.wav", "/x.wav", "a/../../y.wav", "..ok.wav")],
        *[("sym.wav", tarfile.SYMTYPE), ("hard.wav", tarfile.LNKTYPE), ("pipe.wav", tarfile.FIFOTYPE)],
    ]
    source, items = listed(write_tar(tmp_path / "x.tar", members))
    refused = {item.path.partition("::")[2]: item.refusal.reason for item in items if item.refusal}
    assert refused == {
        **dict.fromkeys(["../../x.wav", "/x.wav", "a/../../y.wav"], Reason.UNSAFE_NAME),
        **dict.fromkeys(["sym.wav", "hard.wav", "pipe.wav"], Reason.NOT_A_FILE),
    }
    with pytest.raises(Refusal) as raised:
        source.open(next(item for item in items if item.refusal))
    assert raised.value.reason is Reason.UNSAFE_NAME


def test_the_later_of_two_members_of_a_name_counts(tmp_path):
    source, items = listed(write_tar(tmp_path / "x.tar", [("a.wav", sound(50)), ("a.wav", sound(60))]))
    assert [source.open(item).read() for item in items] == [sound(60)]


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_tar_cut_anywhere_says_so_and_keeps_what_is_whole(tmp_path, form):
    path = write_tar(tmp_path / "x.tar", [(f"{'n' * 150 * (n % 2)}{n}.wav", sound(600)) for n in range(4)], form)
    _, items = listed(path)
    ends = sorted(item.offset + item.size_bytes for item in items)
    whole = path.read_bytes()
    for cut in sorted({*range(1, ends[-1] + 500, 331), *ends, *(end - 1 for end in ends), *range(512, ends[-1], 512)}):
        path.write_bytes(whole[:cut])
        own, *rest = listed(path)[1]
        n_whole = sum(end <= cut for end in ends)
        assert own.path == "x.tar" and len(rest) == n_whole, cut
        assert own.refusal.reason in ({Reason.TRUNCATED} if n_whole else {Reason.TRUNCATED, Reason.NOT_AUDIO}), cut


def test_a_damaged_header_is_not_taken_for_the_end(tmp_path):
    path = write_tar(tmp_path / "x.tar", [(f"{n}.wav", sound()) for n in range(4)], tarfile.USTAR_FORMAT)
    whole = path.read_bytes()
    for n_whole, item in enumerate(listed(path)[1]):
        path.write_bytes(whole[: item.offset - 500] + b"\xff" + whole[item.offset - 499 :])
        own, *rest = listed(path)[1]
        assert (own.path, len(rest)) == ("x.tar", n_whole)
        assert own.refusal.reason is (Reason.TRUNCATED if n_whole else Reason.NOT_AUDIO)


def test_hidden_members_are_counted(tmp_path):
    members = [("._a.wav", sound()), (".dot/b.wav", sound()), ("./c.wav", sound())]
    source, items = listed(write_tar(tmp_path / "x.tar", members))
    assert [item.path for item in items] == ["x.tar::./c.wav"] and source.ignored == {"(hidden)": 2}


def test_what_is_no_tar_is_one_row(tmp_path):
    (tmp_path / "x.tar").write_bytes(b"no tar at all" * 100)
    _, items = listed(tmp_path / "x.tar")
    assert [(item.path, item.refusal.reason) for item in items] == [("x.tar", Reason.NOT_AUDIO)]


def test_a_tar_written_anew_is_changed(tmp_path):
    source, (item,) = listed(write_tar(tmp_path / "x.tar", [("a.wav", sound())]))
    (tmp_path / "x.tar").touch()
    with pytest.raises(Refusal) as raised:
        source.open(item)
    assert raised.value.reason is Reason.CHANGED
