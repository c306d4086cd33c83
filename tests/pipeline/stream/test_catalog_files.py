"""Where catalogs lie, and what counts as a whole one."""

from mkaudio.pipeline.stream import open_catalog
from mkaudio.pipeline.stream.catalog_files import is_whole, stream_cache


def test_the_cache_is_the_given_one_or_that_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MKAUDIO_CACHE", str(tmp_path / "own"))
    assert stream_cache(None) == tmp_path / "own" / "stream" and stream_cache(tmp_path) == tmp_path / "stream"


def test_whole_is_what_has_every_byte(noises, tmp_path):
    folder = open_catalog(noises, cache=tmp_path).folder
    assert is_whole(folder) and not is_whole(tmp_path)
    with (folder / "clips.arrow").open("ab") as more:
        more.write(b"x")
    assert not is_whole(folder)
