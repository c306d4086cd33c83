"""Every kind of bad input costs one row with its own reason, and every odd but sound one arrives."""

import os
import shutil
import struct
import tarfile

import numpy as np
import pandas as pd
import pytest
import soundfile
from distilling import run_distill, write_tone

from mkaudio.shards import Reason, verify

RATE_HZ = 8_000


def tone(seconds=1.0, rate_hz=RATE_HZ):
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def cut(path, fraction=0.6):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * fraction)])


@pytest.fixture
def bad(tmp_path):
    """A folder with one good tone, and one of each bad thing; returns it with the reason that each must get."""
    folder = tmp_path / "in"
    write_tone(folder / "good.wav")
    expected = {}

    def add(name, reason):
        expected[name] = reason.value
        return folder / name

    add("empty.wav", Reason.EMPTY_FILE).touch()
    add("text.wav", Reason.NOT_AUDIO).write_text("this is a text, not a sound, whatever its name says\n" * 20)
    for name, options in {"cut.wav": {}, "cut.aiff": {}, "cut.flac": {}, "cut.ogg": {}, "cut.mp3": {}}.items():
        rate = 16_000 if name.endswith("mp3") else RATE_HZ
        soundfile.write(add(name, Reason.TRUNCATED), tone(3, rate), rate, **options)
        cut(folder / name)
    soundfile.write(add("no-frames.wav", Reason.NO_FRAMES), np.zeros(0, np.float32), RATE_HZ)
    for name, value in (("nan.wav", np.nan), ("inf.wav", -np.inf)):
        broken = tone()
        broken[500] = value
        soundfile.write(add(name, Reason.NOT_FINITE), broken, RATE_HZ, subtype="FLOAT")
    soundfile.write(add("silent.wav", Reason.ALL_SILENT), np.zeros(RATE_HZ), RATE_HZ)
    for name, rate_hz in (("1hz.wav", 1), ("fast.wav", 3_000_000)):
        soundfile.write(add(name, Reason.BAD_RATE), tone()[:100], rate_hz)
    add("broken-link.wav", Reason.BROKEN_SYMLINK).symlink_to(folder / "nothing-here.wav")
    add("self.wav", Reason.SYMLINK_LOOP).symlink_to("self.wav")
    (folder / "sub").mkdir()
    add("sub/up", Reason.SYMLINK_LOOP).symlink_to(folder)
    add("folder.wav", Reason.NOT_A_FILE).mkdir()
    os.mkfifo(add("pipe.wav", Reason.NOT_A_FILE))
    with tarfile.open(folder / "members.tar", "w") as tar:
        tar.add(folder / "good.wav", "../../x.wav")
        tar.add(write_tone(tmp_path / "inside.wav", 500.0, 0.7), "inside.wav")
    expected["members.tar::../../x.wav"] = Reason.UNSAFE_NAME.value
    return folder, expected


def test_each_bad_input_is_one_row_and_nothing_else_is_lost(bad, tmp_path):
    folder, expected = bad
    summary = run_distill([folder], tmp_path / "out")
    left = pd.read_parquet(tmp_path / "out" / "quarantine").set_index("source_path")
    assert left.reason.to_dict() == expected
    assert left.message.str.len().min() > 10 and not left.message.str.contains("\n").any()
    manifest = pd.read_parquet(tmp_path / "out" / "manifest")
    assert sorted(manifest.source_path) == ["good.wav", "members.tar::inside.wav"]
    assert summary.sources_close and summary.windows_close
    assert list(verify(tmp_path / "out")) == []


def test_an_unreadable_file_is_one_row(tmp_path, monkeypatch):
    write_tone(tmp_path / "in" / "a.wav")
    write_tone(tmp_path / "in" / "b.wav", 500.0, 1.2)
    if os.geteuid() != 0:
        (tmp_path / "in" / "b.wav").chmod(0)
    else:
        may = os.access
        monkeypatch.setattr(
            os, "access", lambda path, mode: not os.fsencode(path).endswith(b"b.wav") and may(path, mode)
        )
    run_distill([tmp_path / "in"], tmp_path / "out")
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["source_path", "reason"]].values.tolist() == [["b.wav", "unreadable"]]


def test_list_rows_that_point_nowhere(tmp_path):
    write_tone(tmp_path / "a.wav")
    (tmp_path / "list.csv").write_text('path\na.wav\ngone.wav\nhttps://example.org/x.wav\n""\n')
    summary = run_distill([tmp_path / "list.csv"], tmp_path / "out")
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left.reason.tolist() == ["missing"] * len(left) and len(left) >= 2
    assert summary.counts["windows_committed"] == 1 and summary.sources_close


ODD_NAMES = [
    b"-rf.wav",
    b"two\nlines.wav",
    "🐕 bellt.wav".encode(),
    b"n" * 246 + b".wav",
    b"caf\xe9.wav",
    b"back\\slash.wav",
    b"a::b.wav",
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=range(len(ODD_NAMES)))
def test_odd_names_are_read(tmp_path, name):
    write_tone(tmp_path / "in" / "x.wav")
    os.rename(os.fsencode(tmp_path / "in" / "x.wav"), os.path.join(os.fsencode(tmp_path / "in"), name))
    assert run_distill([tmp_path / "in"], tmp_path / "out").counts["windows_committed"] == 1
    assert list(verify(tmp_path / "out")) == []


def write_8_channels(path):
    soundfile.write(path, np.stack([tone()] * 8, axis=1), RATE_HZ)


def write_8_bit(path):
    soundfile.write(path, tone(), RATE_HZ, subtype="PCM_U8")


def write_384_khz(path):
    soundfile.write(path, tone(1.0, 384_000), 384_000)


def write_24_bit(path):
    soundfile.write(path, tone(), RATE_HZ, subtype="PCM_24")


def write_streamed(path):
    soundfile.write(path, tone(), RATE_HZ, subtype="PCM_16")
    data = bytearray(path.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", 0xFFFF_FFFF)
    data[4:8] = struct.pack("<I", 0xFFFF_FFFF)
    path.write_bytes(data)


@pytest.mark.parametrize("store_channels", ["mono", "source"])
@pytest.mark.parametrize("write", [write_8_channels, write_8_bit, write_384_khz, write_24_bit, write_streamed])
def test_odd_but_sound_formats_are_read(tmp_path, write, store_channels):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in" / "x.wav")
    summary = run_distill([tmp_path / "in"], tmp_path / "out", store_channels=store_channels)
    assert summary.counts["windows_committed"] == 1
    (row,) = pd.read_parquet(tmp_path / "out" / "manifest").to_dict("records")
    info = soundfile.info(tmp_path / "in" / "x.wav")
    assert row["sample_rate_hz"] == info.samplerate and abs(row["duration_s"] - 1.0) < 1e-6
    assert row["channels"] == (info.channels if store_channels == "source" else 1)
    assert row["bit_depth"] == (24 if "24" in write.__name__ else 16)
    assert abs(row["peak_dbfs"] + 6.02) < 0.1
    assert list(verify(tmp_path / "out")) == []


def test_more_channels_than_flac_holds(tmp_path):
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "x.wav", np.stack([tone()] * 9, axis=1), RATE_HZ)
    assert run_distill([tmp_path / "in"], tmp_path / "mono").counts["windows_committed"] == 1
    run_distill([tmp_path / "in"], tmp_path / "source", store_channels="source")
    assert pd.read_parquet(tmp_path / "source" / "quarantine").reason.tolist() == ["too_many_channels"]


def test_store_rate_resamples(tmp_path):
    write_tone(tmp_path / "in" / "x.wav", 440.0, 1.0, 44_100)
    run_distill([tmp_path / "in"], tmp_path / "out", store_rate_hz=16_000)
    (row,) = pd.read_parquet(tmp_path / "out" / "manifest").to_dict("records")
    assert (row["sample_rate_hz"], row["n_frames"]) == (16_000, 16_000)


@pytest.mark.slow
def test_tars_and_parquet_are_read_like_files(tmp_path):
    write_tone(tmp_path / "in" / "a.wav")
    write_tone(tmp_path / "in" / "b.wav", 600.0, 1.3)
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        for name in ("a.wav", "b.wav"):
            tar.add(tmp_path / "in" / name, name)
    rows = [{"bytes": (tmp_path / "in" / name).read_bytes(), "path": name} for name in ("a.wav", "b.wav")]
    pd.DataFrame({"audio": rows, "label": ["low", "high"]}).to_parquet(tmp_path / "x.parquet")
    digests = {}
    for name, source in (("files", tmp_path / "in"), ("tar", tmp_path / "x.tar"), ("parquet", tmp_path / "x.parquet")):
        run_distill([source], tmp_path / name)
        digests[name] = pd.read_parquet(tmp_path / name / "manifest").source_sha256.tolist()
        shutil.rmtree(tmp_path / name / ".tmp")
    assert digests["files"] == digests["tar"] == digests["parquet"]
