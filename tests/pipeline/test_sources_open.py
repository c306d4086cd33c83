"""What a path on the command line is taken for, and how a wrong one is named."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from mkaudio.pipeline.sources import open_sources


def test_the_ending_decides(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(50), 8_000)
    for name in ("l.csv", "l.tsv", "l.jsonl", "l.ndjson", "t.tar"):
        (tmp_path / name).touch()
    pd.DataFrame({"path": ["a.wav"]}).to_parquet(tmp_path / "l.parquet")
    pd.DataFrame({"audio": [b"x"]}).to_parquet(tmp_path / "s.parquet")
    names = ["a.wav", "l.csv", "l.tsv", "l.jsonl", "l.ndjson", "l.parquet", "s.parquet", "t.tar"]
    kinds = [type(source).__name__ for source in open_sources([tmp_path, *(tmp_path / name for name in names)])]
    assert kinds == ["FolderSource"] * 2 + ["ListSource"] * 5 + ["ParquetSource", "TarSource"]


def test_names_differ(tmp_path):
    paths = [tmp_path / "x" / "s", tmp_path / "y" / "s", tmp_path / "s-2", tmp_path / "z" / "s"]
    for path in paths:
        path.mkdir(parents=True)
    names = [source.root_name for source in open_sources(paths)]
    assert names[:2] == ["s", "s-2"] and len(set(names)) == 4


def test_a_relative_folder_has_its_own_name(tmp_path, monkeypatch):
    (tmp_path / "sounds").mkdir()
    monkeypatch.chdir(tmp_path / "sounds")
    assert open_sources(["."])[0].root_name == "sounds"


def test_a_path_that_is_not_there_names_its_neighbour(tmp_path):
    (tmp_path / "audiosets").mkdir()
    with pytest.raises(ValueError, match=r"audioset: no such .*did you mean .*audiosets\?"):
        open_sources([tmp_path / "audioset"])


@pytest.mark.parametrize("name", ["x.tar.gz", "x.tgz", "X.TAR.ZST"])
def test_packed_tars_are_to_be_unpacked(tmp_path, name):
    (tmp_path / name).touch()
    with pytest.raises(ValueError, match="unpack it first"):
        open_sources([tmp_path / name])


def test_a_field_that_does_not_exist_names_the_nearest(tmp_path):
    with pytest.raises(ValueError, match=r"no field 'lable'.*'label'"):
        open_sources([tmp_path], {"lable": "tags"})


def test_parquet_that_is_none_is_named(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"no")
    with pytest.raises(ValueError, match=r"x\.parquet"):
        open_sources([tmp_path / "x.parquet"])
