"""Copies of remote shards: whole and right or not there, once however many want one, and none removed while it is read."""

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from mkaudio.pipeline.stream import SampleError, open_catalog, open_stream
from mkaudio.pipeline.stream.local_copies import LocalCopies
from mkaudio.shards import LocalStorage


class Far(LocalStorage):
    """A store that counts what is fetched from it."""

    def __init__(self, root):
        super().__init__(root)
        self.opened = []

    def open(self, name):
        self.opened.append(name)
        return super().open(name)


@pytest.fixture
def far(own_noises):
    return Far(own_noises)


@pytest.fixture
def places(own_noises, tmp_path):
    """A sample of each shard that has one: shard → its place."""
    catalog = open_catalog(own_noises, cache=tmp_path)
    return {place.shard: place for place in map(catalog.place, (0, 8, 19, 25))}


def name_of(place):
    return f"shards/{place.shard:06d}.tar"


def open_copy(copies, far, place):
    return copies.open(far, name_of(place), place)


def kept(folder):
    return {path.stem for path in folder.glob("*.tar")}


def test_a_copy_has_the_bytes_and_is_made_once(far, places, tmp_path):
    copies = LocalCopies(tmp_path / "copies", 1)
    with ThreadPoolExecutor(4) as pool:
        handles = list(pool.map(lambda _: open_copy(copies, far, places[0]), range(4)))
    assert far.opened == ["shards/000000.tar"]
    whole = (far.root / "shards" / "000000.tar").read_bytes()
    for handle in handles:
        assert os.pread(handle, len(whole) + 1, 0) == whole
        os.close(handle)
    assert not list((tmp_path / "copies").glob("*.partial"))


def test_the_least_recently_used_goes_but_none_that_is_read(far, places, tmp_path):
    room = sum(places[shard].tar_size for shard in (0, 2)) + 1
    copies = LocalCopies(tmp_path / "copies", room / 1e9)
    in_use = open_copy(copies, far, places[0])
    os.close(open_copy(copies, far, places[2]))
    os.close(open_copy(copies, far, places[3]))  # shard 0 is the oldest, and is read
    assert kept(tmp_path / "copies") == {places[0].tar_sha256, places[3].tar_sha256}
    os.close(in_use)
    os.close(open_copy(copies, far, places[0]))  # used again: it is the younger one now
    os.close(open_copy(copies, far, places[2]))
    assert kept(tmp_path / "copies") == {places[0].tar_sha256, places[2].tar_sha256}


def test_a_shard_larger_than_the_room_works(far, places, tmp_path):
    copies = LocalCopies(tmp_path / "copies", 1e-9)
    for place in (places[0], places[2], places[0]):
        os.close(open_copy(copies, far, place))
    assert kept(tmp_path / "copies") == {places[0].tar_sha256} and len(far.opened) == 3


def test_what_is_not_what_the_marker_states_is_not_kept(far, places, tmp_path):
    copies = LocalCopies(tmp_path / "copies", 1)
    tar = far.root / name_of(places[0])
    data = bytearray(tar.read_bytes())
    data[600] ^= 1
    tar.write_bytes(data)
    with pytest.raises(SampleError, match="shard 0: the shard is not what its marker states; mkaudio verify"):
        open_copy(copies, far, places[0])
    assert not list((tmp_path / "copies").glob("*.*r")) and not list((tmp_path / "copies").glob("*.partial"))


def test_a_damaged_copy_and_what_a_killed_process_left_are_made_again(far, places, tmp_path):
    copies = LocalCopies(tmp_path / "copies", 1)
    os.close(open_copy(copies, far, places[0]))
    path = tmp_path / "copies" / f"{places[0].tar_sha256}.tar"
    os.truncate(path, 100)
    path.with_suffix(".partial").write_bytes(b"half")
    os.close(open_copy(copies, far, places[0]))
    assert path.read_bytes() == (far.root / name_of(places[0])).read_bytes() and len(far.opened) == 2


@pytest.mark.slow
def test_a_stream_of_a_store_is_that_of_the_folder(noises, s3, tmp_path):
    address = s3.put_folder(noises, "some/noises")
    for workers in (0, 2):
        s3.requests.clear()
        settings = {"sample_rate_hz": 8_000, "epochs": 2, "batch_size": 5, "workers": workers}
        here = open_stream(noises, cache=tmp_path / "here", **settings)
        there = open_stream(address, cache=tmp_path / f"there{workers}", cache_gb=1e-5, **settings)
        found = [(one.prompt, one.waveform.tobytes()) for one in there.samples()]
        assert found == [(one.prompt, one.waveform.tobytes()) for one in here.samples()] and len(found) == 58
        assert any(path.endswith("000000.tar") for _, path, _ in s3.requests)
    s3.delete("some/noises/shards/000002.tar")
    gone = open_stream(address, cache=tmp_path / "anew", workers=2, sample_rate_hz=8_000)
    with pytest.raises(SampleError, match=r"s3://.*/shards/000002.tar: sample .* of shard 2: the shard is gone"):
        list(gone)


def test_a_copy_has_its_name_before_its_lock_is_shared(far, places, tmp_path, monkeypatch):
    folder, flock, named = tmp_path / "copies", fcntl.flock, []

    def noted(handle, how):
        if how == fcntl.LOCK_SH:
            named.append(kept(folder) == {places[0].tar_sha256})  # whoever makes room may take the lock just now
        flock(handle, how)

    monkeypatch.setattr("mkaudio.pipeline.stream.local_copies.fcntl.flock", noted)
    os.close(open_copy(LocalCopies(folder, 1), far, places[0]))
    assert named == [True]
