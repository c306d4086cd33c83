"""The supervised child: deaths, suspects, verdicts."""

import tempfile

import pandas as pd
import pytest
from distilling import run_distill, write_tone
from fakes import FakeToolbox

from mkaudio.pipeline import EngineError
from mkaudio.shards import open_storage, read_marker, verify


def listed(folder, labels):
    """Tones with a label each; the stand-in expert does what the label says."""
    lines = ["path,label"]
    for number, label in enumerate(labels):
        write_tone(folder / f"{number}.wav", 200.0 + 50 * number)
        lines.append(f"{number}.wav,{label}")
    (folder / "list.csv").write_text("\n".join(lines) + "\n")
    return folder / "list.csv"


@pytest.mark.slow
def test_an_input_that_kills_its_worker_costs_one_row(tmp_path):
    source = listed(tmp_path / "in", ["", "", "kill me", "", "", "", ""])
    summary = run_distill([source], tmp_path / "out")
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["source_path", "reason"]].values.tolist() == [["2.wav", "killed_worker"]]
    assert "SIGKILL" in left.message[0]
    assert summary.counts["windows_committed"] == 6 and summary.windows_close and summary.sources_close
    assert list(verify(tmp_path / "out")) == []


@pytest.mark.slow
def test_an_innocent_neighbour_of_a_chance_death_is_not_blamed(tmp_path):
    source = listed(tmp_path / "in", ["", "kill me once", "", ""])
    summary = run_distill([source], tmp_path / "out", factory=FakeToolbox(str(tmp_path / "died")))
    assert (tmp_path / "died").exists() and summary.counts["windows_committed"] == 4


@pytest.mark.slow
def test_deaths_that_no_input_causes_alone_stop_the_run_and_blame_nobody(tmp_path):
    source = listed(tmp_path / "in", ["", "kill me in company", ""])
    with pytest.raises(EngineError, match=r"died 3 times \(SIGKILL\) and none of the inputs"):
        run_distill([source], tmp_path / "out")
    assert not (tmp_path / "out" / ".tmp" / "verdicts.json").exists()


@pytest.mark.slow
def test_an_input_that_hangs_is_timed_out(tmp_path):
    source = listed(tmp_path / "in", ["", "hang me", ""])
    run_distill([source], tmp_path / "out", timeout_s=2.0)
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["source_path", "reason"]].values.tolist() == [["1.wav", "timed_out"]]


def test_a_fault_of_the_model_is_no_fault_of_the_input(tmp_path):
    source = listed(tmp_path / "in", ["", "raise"])
    with pytest.raises(EngineError, match="RuntimeError: the model is broken"):
        run_distill([source], tmp_path / "out")


@pytest.mark.slow
def test_nothing_is_left_among_the_temporary_files_of_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    run_distill([listed(tmp_path / "in", ["", "kill me", ""])], tmp_path / "out")
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.slow
def test_a_gpu_that_is_full_costs_no_input_but_half_the_batch(tmp_path):
    source = listed(tmp_path / "in", ["", "", "", "", "", "too much for the GPU in company", "", ""])
    summary = run_distill([source], tmp_path / "out")
    assert summary.counts["windows_committed"] == 8 and not len(pd.read_parquet(tmp_path / "out" / "quarantine"))
    storage = open_storage(tmp_path / "out")
    assert [read_marker(storage, shard)["batch_size"] for shard in (0, 1)] == [3, 1]
    assert list(verify(tmp_path / "out")) == []


@pytest.mark.slow
def test_a_clip_that_no_gpu_holds_stops_the_run_and_says_why(tmp_path):
    source = listed(tmp_path / "in", ["", "too much for the GPU"])
    with pytest.raises(EngineError, match=r"shard 000000: CUDA out of memory.*one clip at a time"):
        run_distill([source], tmp_path / "out")
