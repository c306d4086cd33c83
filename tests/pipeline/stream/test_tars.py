"""The bytes of a sample, or a line that says why there are none; never those of another sample."""

import gc
import os
import pickle
from contextlib import suppress

import pytest

from mkaudio.pipeline.stream import SampleError, open_catalog
from mkaudio.pipeline.stream.local_copies import LocalCopies
from mkaudio.pipeline.stream.tars import Tars
from mkaudio.shards import DatasetReader


@pytest.fixture
def tars(own_noises, tmp_path):
    return Tars(str(own_noises), "fake", LocalCopies(tmp_path / "copies", 1))


@pytest.fixture
def catalog(own_noises, tmp_path):
    return open_catalog(own_noises, cache=tmp_path)


def test_it_gives_what_the_reader_gives(own_noises, catalog, tars):
    samples = list(DatasetReader(own_noises))
    for index in (28, 0, 7, 19, 3):
        assert tars.flac(catalog.place(index)) == samples[index].flac
    assert pickle.loads(pickle.dumps(tars)).flac(catalog.place(5)) == samples[5].flac


def test_a_shard_that_is_gone_is_named(own_noises, catalog, tars):
    (own_noises / "shards" / "000002.tar").unlink()
    with pytest.raises(
        SampleError, match=r"shards/000002.tar: sample 0000000008 of shard 2: the shard is gone; put it back"
    ):
        tars.flac(catalog.place(8))
    assert tars.flac(catalog.place(0))


def test_a_shard_of_another_size_is_refused(own_noises, catalog, tars):
    with (own_noises / "shards" / "000000.tar").open("ab") as tar:
        tar.write(bytes(512))
    with pytest.raises(SampleError, match=r"shard 0: the shard has [\d,]+ bytes, not [\d,]+: it has changed"):
        tars.flac(catalog.place(1))


def test_a_shard_cut_while_it_is_open_is_refused(own_noises, catalog, tars):
    tars.flac(catalog.place(0))
    place = catalog.place(6)
    os.truncate(own_noises / "shards" / "000000.tar", place.offset + place.size // 2)
    with pytest.raises(SampleError, match="sample 0000000006 of shard 0: the shard has changed"):
        tars.flac(catalog.place(6))


def test_another_sample_in_its_place_is_refused(own_noises, catalog, tars):
    tar = own_noises / "shards" / "000000.tar"
    data = tar.read_bytes()
    tar.write_bytes(data.replace(b"0000000003.flac", b"0000000004.flac"))
    with pytest.raises(SampleError, match="sample 0000000003 of shard 0: the shard has changed"):
        tars.flac(catalog.place(3))


def open_tars():
    """Count them alone, and what earlier tests left but once: other files come and go."""
    gc.collect()
    links = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):  # that of the listing itself
            links.append(os.readlink(f"/proc/self/fd/{number}"))
    return sum(link.endswith(".tar") for link in links)


def test_few_files_are_open(catalog, tars, monkeypatch):
    monkeypatch.setattr("mkaudio.pipeline.stream.tars._OPEN_TARS", 2)
    before = open_tars()
    for index in (0, 8, 19, 25, 0, 8, 19, 25):
        tars.flac(catalog.place(index))
    assert open_tars() == before + 2
    tars.close()
    assert open_tars() == before


def test_a_forked_process_opens_files_of_its_own(catalog, tars):
    tars.flac(catalog.place(0))
    handle = tars._handles[0]
    child = os.fork()
    if not child:
        tars.flac(catalog.place(0))
        os._exit(0 if tars._handles[0] != handle else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_what_is_no_longer_used_keeps_no_file_open(own_noises, catalog, tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        tars = Tars(str(own_noises), "fake", LocalCopies(tmp_path / "copies", 1))
        assert tars.flac(catalog.place(0)) and tars.flac(catalog.place(8))
    del tars
    assert len(os.listdir("/proc/self/fd")) <= before
