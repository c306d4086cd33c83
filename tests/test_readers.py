"""A dataset opens anywhere: pandas, DuckDB, webdataset and Hugging Face datasets read it, an empty shard included."""

import glob

import duckdb
import numpy as np
import pandas as pd
import pytest
import soundfile
from distilling import run_distill
from static_twin import clips_in, samples_of, write_twin

from mkaudio.shards import DatasetReader, composition_of, hugging_face_features

TABLES = ("plan", "manifest", "candidates", "quarantine", "embeddings/fake", "selections/default")


@pytest.fixture
def dataset(tones, tmp_path):
    """Three shards with sound, and a first one whose every input was refused."""
    for number in range(40):
        (tones / f"!{number:02d}.wav").write_text("this is no sound")
    summary = run_distill([tones], tmp_path / "out")
    assert summary.counts["sources_refused"] == 40
    return tmp_path / "out"


def test_the_first_shard_is_empty(dataset):
    assert len(pd.read_parquet(dataset / "manifest" / "000000.parquet")) == 0
    assert (dataset / "shards" / "000000.tar").stat().st_size > 0


def test_pandas(dataset):
    tables = {table: pd.read_parquet(dataset / table) for table in TABLES}
    assert len(tables["manifest"]) == len(tables["embeddings/fake"]) == len(tables["selections/default"]) == 13
    assert tables["quarantine"].reason.eq("not_audio").sum() == 40
    assert np.stack(tables["embeddings/fake"].embedding).shape == (13, 8)


def test_duckdb(dataset):
    for table in TABLES:
        ((count,),) = duckdb.sql(f"select count(*) from '{dataset}/{table}/*.parquet'").fetchall()
        assert count == len(pd.read_parquet(dataset / table)), table
    ((seconds,),) = duckdb.sql(f"select sum(duration_s) from '{dataset}/manifest/*.parquet'").fetchall()
    assert seconds == pytest.approx(pd.read_parquet(dataset / "manifest").duration_s.sum())


def test_webdataset(dataset):
    import webdataset as wds

    last = len(glob.glob(f"{dataset}/shards/*.tar")) - 1
    urls = f"{dataset}/shards/{{000000..{last:06d}}}.tar"
    samples = list(wds.WebDataset(urls, shardshuffle=False, empty_check=False))
    manifest = pd.read_parquet(dataset / "manifest").set_index("key")
    assert [sample["__key__"] for sample in samples] == sorted(manifest.index)
    for sample in samples:
        assert sample["txt"].decode() == manifest.prompt[sample["__key__"]]


def test_hugging_face_datasets(dataset, tmp_path, monkeypatch):
    import io

    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    shards = sorted(glob.glob(f"{dataset}/shards/*.tar"))
    loaded = datasets.load_dataset(
        "webdataset", data_files=shards, split="train", features=hugging_face_features(), cache_dir=str(tmp_path / "hf")
    )
    manifest = pd.read_parquet(dataset / "manifest").set_index("key")
    assert len(loaded) == len(manifest)
    for row in loaded:
        assert row["txt"] == manifest.prompt[row["__key__"]] == row["json"]["prompt"]
        waveform, rate_hz = soundfile.read(io.BytesIO(row["flac"]))
        assert (len(waveform), rate_hz) == (manifest.n_frames[row["__key__"]], manifest.sample_rate_hz[row["__key__"]])


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """Two epochs of compositions as a dataset."""
    folder = tmp_path_factory.mktemp("twin")
    samples = samples_of(clips_in(folder / "clips"), folder)
    write_twin(samples, folder / "out")
    return folder / "out", [samples[number] for number in range(2 * len(samples))]


def test_a_dataset_of_compositions_opens_as_well(twin):
    import webdataset as wds

    dataset, made = twin
    last = len(glob.glob(f"{dataset}/shards/*.tar")) - 1
    tars = wds.WebDataset(f"{dataset}/shards/{{000000..{last:06d}}}.tar", shardshuffle=False, empty_check=False)
    sql = f"select prompt, len(parts), composition.epoch from '{dataset}/manifest/*.parquet' order by key"
    tables = duckdb.sql(sql).fetchall()
    frame = pd.read_parquet(dataset / "manifest")
    for one, read, found, row, parts in zip(made, DatasetReader(dataset), tars, tables, frame.parts, strict=True):
        waveform, rate_hz = read.waveform()
        assert np.array_equal(waveform, one.waveform) and rate_hz == one.provenance.sample_rate_hz
        assert read.prompt == found["txt"].decode() == row[0] == one.prompt
        assert composition_of(read.row) == one.provenance
        assert row[1:] == (len(one.provenance.parts), one.provenance.epoch) and len(parts) == row[1]


@pytest.mark.slow
def test_hugging_face_datasets_reads_compositions(twin, tmp_path, monkeypatch):
    import datasets

    dataset, made = twin
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", True)
    loaded = datasets.load_dataset(
        "webdataset", data_files=sorted(glob.glob(f"{dataset}/shards/*.tar")), split="train",
        features=hugging_face_features(), cache_dir=str(tmp_path / "hf"),
    )  # fmt: skip
    assert [row["txt"] for row in loaded] == [row["json"]["prompt"] for row in loaded] == [one.prompt for one in made]
