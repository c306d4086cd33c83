"""The marker is the truth: what counts as committed, and what does not."""

import os

import pytest
from distilling import run_distill, write_tone

from mkaudio.shards import commit_shard, committed, open_storage


@pytest.fixture
def dataset(tmp_path):
    write_tone(tmp_path / "in" / "a.wav")
    run_distill([tmp_path / "in"], tmp_path / "out")
    return tmp_path / "out"


def is_committed(dataset, shard):
    return committed(open_storage(dataset), shard) is not None


def data_files(dataset):
    return [
        path
        for path in dataset.rglob("*.*")
        if path.parent.name != "commits" and path.parts[-2] not in {"plan", "log", "out"}
    ]


def test_a_whole_shard_is_committed(dataset):
    assert is_committed(dataset, 0) and not is_committed(dataset, 1) and len(data_files(dataset)) == 6


def test_every_file_counts(dataset):
    for path in data_files(dataset):
        whole = path.read_bytes()
        for damaged in (None, whole[:-1], whole + b"x"):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            assert not is_committed(dataset, 0), path
        path.write_bytes(whole)
        assert is_committed(dataset, 0), "written again with the same bytes, later than the marker: hashed"


def test_a_newer_file_of_the_same_size_is_hashed(dataset):
    tar = dataset / "shards" / "000000.tar"
    data = bytearray(tar.read_bytes())
    data[3000] ^= 1
    tar.write_bytes(data)
    assert not is_committed(dataset, 0)


def test_a_copied_dataset_is_still_committed(dataset):
    for path in data_files(dataset):
        os.utime(path)
    assert is_committed(dataset, 0)


def test_a_damaged_marker_commits_nothing(dataset):
    marker = dataset / "commits" / "000000.json"
    marker.write_bytes(marker.read_bytes().replace(b"windows", b"winDows", 1))
    assert not is_committed(dataset, 0)


def test_a_shard_that_is_committed_with_other_content_is_not_passed_over(dataset, tmp_path):
    """Two runs of another kind, where no lock keeps them apart."""
    storage = open_storage(dataset)
    before = (dataset / "shards" / "000000.tar").read_bytes()
    with storage.staging("other") as folder:
        (folder / "shards").mkdir()
        (folder / "shards" / "000000.tar").write_bytes(b"other")
        with pytest.raises(FileExistsError, match="does a second run write here"):
            commit_shard(storage, 0, {"shards": folder / "shards" / "000000.tar"}, folder, {})
    assert (dataset / "shards" / "000000.tar").read_bytes() == before
