"""Damage is uncommitted, and nothing else; a resumed run gives the bytes of before."""

import fcntl
import os
import subprocess
import sys

import pytest
from distilling import digests, run_distill, write_tone

from mkaudio.shards import Remedy, open_storage, read_dataset_info, repair, shard_files, verify

N_SHARDS = 8
COMMAND = [sys.executable, "-c", "from mkaudio.cli.main import main; main()"]


@pytest.fixture
def dataset(tmp_path):
    """One clip a shard: a shard for each kind of file, and one to be left alone."""
    for number in range(N_SHARDS):
        write_tone(tmp_path / "in" / f"{number}.wav", 300.0 + 50 * number)
    run_distill([tmp_path / "in"], tmp_path / "out", samples_per_shard=1)
    return tmp_path / "out"


def cli(*arguments):
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)


def files_of(shard):
    return [*shard_files(shard, "fake").values(), f"commits/{shard:06d}.json"]


def identity(path):
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    path.write_bytes(data)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [flip, cut, os.remove])
def test_every_kind_of_file_comes_back(dataset, damage):
    before = digests(dataset)
    hit = {shard: files_of(shard)[shard] for shard in range(N_SHARDS - 1)}
    whole = {name: identity(dataset / name) for shard in range(N_SHARDS) for name in files_of(shard)}
    for name in hit.values():
        damage(dataset / name)
    problems = list(verify(dataset))
    assert {problem.where: problem.shard for problem in problems if problem.shard is not None} == {
        name: shard for shard, name in hit.items()
    }
    done = repair(open_storage(dataset), problems)
    assert done.left == [] and done.must_resume and sorted(done.removed) == sorted(hit)
    gone = {*hit.values(), *(f"commits/{shard:06d}.json" for shard in hit)}
    assert gone.isdisjoint(digests(dataset))
    assert {name: identity(dataset / name) for name in whole if name not in gone} == {
        name: one for name, one in whole.items() if name not in gone
    }
    assert read_dataset_info(open_storage(dataset)).counts == {}
    run_distill([dataset.parent / "in"], dataset, "resume", samples_per_shard=1)
    assert digests(dataset) == before
    assert list(verify(dataset)) == []
    assert all(identity(dataset / name) == whole[name] for name in files_of(N_SHARDS - 1))


def test_the_marker_goes_first_and_after_the_description(dataset, monkeypatch):
    """What a kill leaves: at every step either the shard has no marker, or nothing of it is gone."""
    from mkaudio.shards import local_storage

    flip(dataset / "shards" / "000003.tar")
    states = []
    unlink = type(dataset).unlink

    def noted(path, **options):
        states.append((path.name, read_dataset_info(open_storage(dataset)).counts))
        unlink(path, **options)

    monkeypatch.setattr(type(dataset), "unlink", noted)
    monkeypatch.setattr(local_storage, "sync_folder", lambda folder: states.append(f"sync {folder.name}"))
    repair(open_storage(dataset), list(verify(dataset)))
    assert states == ["sync out", ("000003.json", {}), "sync commits", ("000003.tar", {}), "sync shards"]


def test_without_a_plan_or_a_description_nothing_is_removed(dataset):
    flip(dataset / "shards" / "000003.tar")
    for name in ("plan/000000.parquet", "dataset.json"):
        flip(dataset / name)
        before = digests(dataset)
        problems = list(verify(dataset))
        done = repair(open_storage(dataset), problems)
        assert done.removed == {} and done.left == problems and not done.must_resume
        assert any(problem.where == name and problem.remedy is Remedy.NONE for problem in done.left)
        assert digests(dataset) == before


def test_strangers_are_named_and_stay(dataset):
    flip(dataset / "manifest" / "000002.parquet")
    strangers = ["commits/000099.json", "manifest/notes.txt", "selections/default/000099.parquet"]
    for name in strangers:
        (dataset / name).write_text("mine")
    done = repair(open_storage(dataset), list(verify(dataset)))
    assert [problem.where for problem in done.left] == strangers and list(done.removed) == [2]
    assert all((dataset / name).read_text() == "mine" for name in strangers)


def test_what_the_system_does_not_let_us_read_is_no_damage(dataset, monkeypatch):
    from mkaudio.shards import verify_marker

    def refused(folder, name):
        if name == "shards/000001.tar":
            raise PermissionError(13, "Permission denied")
        return sha256(folder, name)

    sha256 = verify_marker.file_sha256
    monkeypatch.setattr(verify_marker, "file_sha256", refused)
    flip(dataset / "manifest" / "000001.parquet")
    before = digests(dataset)
    done = repair(open_storage(dataset), list(verify(dataset)))
    assert done.removed == {} and {problem.shard for problem in done.left} == {1} and len(done.left) == 2
    assert digests(dataset) == before


def test_wrong_totals_alone_are_emptied(dataset):
    from dataclasses import replace

    from mkaudio.shards import write_dataset_info

    before = digests(dataset)
    info = read_dataset_info(open_storage(dataset))
    write_dataset_info(open_storage(dataset), replace(info, counts=info.counts | {"windows": 9}))
    done = repair(open_storage(dataset), list(verify(dataset)))
    assert done.removed == {} and done.left == [] and done.must_resume
    run_distill([dataset.parent / "in"], dataset, "resume", samples_per_shard=1)
    assert digests(dataset) == before


def test_the_command_says_what_it_did_and_how_to_go_on(dataset):
    flip(dataset / "shards" / "000003.tar")
    assert cli("verify", dataset).returncode == 1 and (dataset / "commits" / "000003.json").exists()
    said = cli("verify", dataset, "--repair")
    assert said.returncode == 0, said.stderr
    assert "✗ shards/000003.tar: changed" in said.stdout
    assert "uncommitted shard 3: commits/000003.json, shards/000003.tar\n" in said.stdout
    assert (
        f"mkaudio distill --input .../in --output {dataset} --samples-per-shard 1 --batch-size 3 --resume"
        in said.stdout
    )
    (dataset / "shards" / "mine").write_text("mine")
    said = cli("verify", dataset, "--repair")
    assert said.returncode == 1 and "not mended: shards/mine: no marker states this file" in said.stdout


@pytest.mark.slow
def test_a_run_in_progress_is_not_disturbed(dataset):
    flip(dataset / "shards" / "000003.tar")
    before = digests(dataset)
    with (dataset / ".tmp" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = cli("verify", dataset, "--repair")
    assert said.returncode == 2 and "another mkaudio is writing" in said.stderr
    assert digests(dataset) == before
