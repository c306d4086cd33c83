"""Real file systems that are small, full or read-only, and outputs that cannot be: what a user is told."""

import subprocess
from contextlib import contextmanager

import numpy as np
import pytest
import soundfile
from distilling import digests
from failing_disk import distil


@contextmanager
def mounted(folder, options):
    folder.mkdir()
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"mounting a small disk is not permitted here: {tried.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def noises(tmp_path):
    """Noise, which no codec makes smaller: 2.6 MB of it."""
    chance = np.random.default_rng(1)
    (tmp_path / "in").mkdir()
    for number in range(10):
        soundfile.write(tmp_path / "in" / f"{number}.wav", chance.uniform(-0.5, 0.5, 132_300), 44_100)
    return tmp_path / "in"


@pytest.mark.slow
def test_a_disk_that_fills_up_and_is_given_space(noises, tmp_path):
    assert distil(noises, tmp_path / "unbroken").code == 0
    with mounted(tmp_path / "disk", "size=1m") as disk:
        ended = distil(noises, disk / "out")
        assert ended.code == 1 and ended.said.count("\n") == 1, ended.said
        assert "/out/.tmp/staging/shard-00000" in ended.said and "No space left on device; free space" in ended.said
        again = distil(noises, disk / "out", "--resume")  # still full: the same again, no worse
        assert "No space left on device" in again.said and again.said.count("\n") == 1
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        ended = distil(noises, disk / "out", "--resume")
        assert ended.code == 0, ended.said
        assert digests(disk / "out") == digests(tmp_path / "unbroken")


def test_a_disk_that_is_full_before_the_start(few, unbroken, tmp_path):
    with mounted(tmp_path / "disk", "size=64k") as disk:
        (disk / "filler").write_bytes(bytes(65536))
        ended = distil(few, disk / "out")
        assert ended.code == 1 and ended.said.count("\n") == 1 and "No space left on device" in ended.said
        (disk / "filler").unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        ended = distil(few, disk / "out", "--resume")
        assert ended.code == 0 and digests(disk / "out") == unbroken[0], ended.said


@pytest.mark.parametrize("name", ["", "out", "a/b/out"])
def test_a_read_only_output(few, tmp_path, name):
    with mounted(tmp_path / "disk", "ro,size=1m") as disk:
        ended = distil(few, disk / name)
    assert ended.code == 1 and ended.said.count("\n") == 1
    assert f"mkaudio: {disk}" in ended.said and "Read-only file system; name another --output" in ended.said


def test_an_output_below_a_file_cannot_be(few, tmp_path):
    (tmp_path / "file").write_text("")
    ended = distil(few, tmp_path / "file" / "out")
    assert ended.code == 1 and ended.said.count("\n") == 1
    assert str(tmp_path / "file") in ended.said and "Not a directory" in ended.said


def test_an_output_whose_parents_are_missing_is_made_with_them(few, unbroken, tmp_path):
    assert distil(few, tmp_path / "not" / "yet" / "out").code == 0
    assert digests(tmp_path / "not" / "yet" / "out") == unbroken[0]
