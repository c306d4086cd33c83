"""A dataset in an object store has the bytes of one in a folder, and is resumed, read and verified like it."""

import subprocess
import sys

import pytest
from distilling import digests, run_distill

from mkaudio.shards import DatasetReader, open_storage, read_dataset_info


def mkaudio(*arguments):
    command = [sys.executable, "-c", "from mkaudio.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def keys_and_bytes(s3, prefix):
    return {
        key[len(prefix) + 1 :]: s3.get(key)
        for key in s3.keys(prefix)
        if not key.startswith((f"{prefix}/log", f"{prefix}/.tmp"))
    }


@pytest.mark.slow
def test_the_bytes_are_those_of_a_folder(tones, tmp_path, s3):
    run_distill([tones], tmp_path / "out")
    summary = run_distill([tones], s3.address("some/out"))
    assert summary.windows_close
    stored = keys_and_bytes(s3, "some/out")
    assert set(stored) == set(digests(tmp_path / "out"))
    assert all(data == (tmp_path / "out" / name).read_bytes() for name, data in stored.items())
    assert s3.keys("some/out/.tmp") == []
    markers = [number for number, (verb, path, _) in enumerate(s3.requests) if verb == "PUT" and "/commits/" in path]
    tars = [number for number, (verb, path, _) in enumerate(s3.requests) if verb == "PUT" and "/shards/" in path]
    assert len(markers) == len(tars) == 4 and all(tar < marker for tar, marker in zip(tars, markers, strict=True))
    reader = DatasetReader(s3.address("some/out"))
    assert [sample.prompt for sample in reader] == [sample.prompt for sample in DatasetReader(tmp_path / "out")]


@pytest.mark.slow
def test_resume_does_only_what_is_missing(tones, s3):
    run_distill([tones], s3.address("out"))
    whole = keys_and_bytes(s3, "out")
    s3.delete("out/commits/000001.json")
    s3.delete("out/shards/000001.tar")
    s3.requests.clear()
    run_distill([tones], s3.address("out"), mode="resume")
    assert keys_and_bytes(s3, "out") == whole
    put = {path.split("/out/")[1] for verb, path, _ in s3.requests if verb in {"PUT", "POST"}}
    assert {name for name in put if name[:4] in {"shar", "mani", "comm"}} == {
        "shards/000001.tar", "manifest/000001.parquet", "commits/000001.json"
    }  # fmt: skip


@pytest.mark.slow
def test_append_adds_a_generation(tones, tmp_path, s3):
    run_distill([tones / "1.wav"], s3.address("out"))
    run_distill([tones / "1.wav", tones / "2.wav"], s3.address("out"), mode="append")
    assert len(read_dataset_info(open_storage(s3.address("out"))).generations) == 2


def test_strangers_and_refusals_are_named(tones, s3):
    s3.put("full/notes.txt", b"mine")
    with pytest.raises(ValueError, match=r"s3://.*/full is not empty: it holds notes.txt"):
        run_distill([tones], s3.address("full"))
    with pytest.raises(ValueError, match="no dataset that --resume"):
        run_distill([tones], s3.address("nothing"), mode="resume")


@pytest.mark.slow
def test_the_command_line_looks_at_it_and_mends_it(tones, s3):
    """inspect, verify and verify --repair, in processes of their own."""
    address = s3.address("out")
    run_distill([tones], address)
    shown = mkaudio("inspect", address, "--sql", "select count(*) as clips from manifest")
    assert shown.returncode == 0 and "13" in shown.stdout, shown.stderr
    assert mkaudio("verify", address).returncode == 0
    tar = s3.get("out/shards/000001.tar")
    s3.put("out/shards/000001.tar", tar[:-1] + b"x")
    assert mkaudio("verify", address).returncode == 1
    mended = mkaudio("verify", address, "--repair")
    assert mended.returncode == 0 and f"--output {address}" in mended.stdout, mended.stderr
    assert "out/commits/000001.json" not in s3.keys("out/commits")
    run_distill([tones], address, mode="resume")
    assert s3.get("out/shards/000001.tar") == tar and mkaudio("verify", address).returncode == 0


@pytest.mark.slow
def test_a_bucket_that_is_not_there_and_no_credentials_are_one_line(tones, s3, monkeypatch):
    found = mkaudio(
        "distill", "--engine", "local", "--experts", "tagger", "-i", tones, "-o", "s3://no-such-bucket-here/out"
    )
    assert found.returncode == 1 and "no-such-bucket-here" in found.stderr and "Traceback" not in found.stderr
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    found = mkaudio("distill", "--engine", "local", "--experts", "tagger", "-i", tones, "-o", s3.address("out"))
    assert found.returncode == 1 and "credentials" in found.stderr and "Traceback" not in found.stderr
