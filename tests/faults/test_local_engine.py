"""The supervised child: deaths, suspects, verdicts, and a killed run against an unbroken one."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pandas as pd
import pytest
from distilling import digests, run_distill, write_tone
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


def test_an_input_that_kills_its_worker_costs_one_row(tmp_path):
    source = listed(tmp_path / "in", ["", "", "kill me", "", "", "", ""])
    summary = run_distill([source], tmp_path / "out")
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["source_path", "reason"]].values.tolist() == [["2.wav", "killed_worker"]]
    assert "SIGKILL" in left.message[0]
    assert summary.counts["windows_committed"] == 6 and summary.windows_close and summary.sources_close
    assert list(verify(tmp_path / "out")) == []


def test_an_innocent_neighbour_of_a_chance_death_is_not_blamed(tmp_path):
    source = listed(tmp_path / "in", ["", "kill me once", "", ""])
    summary = run_distill([source], tmp_path / "out", factory=FakeToolbox(str(tmp_path / "died")))
    assert (tmp_path / "died").exists() and summary.counts["windows_committed"] == 4


def test_deaths_that_no_input_causes_alone_stop_the_run_and_blame_nobody(tmp_path):
    source = listed(tmp_path / "in", ["", "kill me in company", ""])
    with pytest.raises(EngineError, match=r"died 3 times \(SIGKILL\) and none of the inputs"):
        run_distill([source], tmp_path / "out")
    assert not (tmp_path / "out" / ".tmp" / "verdicts.json").exists()


def test_an_input_that_hangs_is_timed_out(tmp_path):
    source = listed(tmp_path / "in", ["", "hang me", ""])
    run_distill([source], tmp_path / "out", timeout_s=2.0)
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["source_path", "reason"]].values.tolist() == [["1.wav", "timed_out"]]


def test_a_fault_of_the_model_is_no_fault_of_the_input(tmp_path):
    source = listed(tmp_path / "in", ["", "raise"])
    with pytest.raises(EngineError, match="RuntimeError: the model is broken"):
        run_distill([source], tmp_path / "out")


def test_a_gpu_that_is_full_costs_no_input_but_half_the_batch(tmp_path):
    source = listed(tmp_path / "in", ["", "", "", "", "", "too much for the GPU in company", "", ""])
    summary = run_distill([source], tmp_path / "out")
    assert summary.counts["windows_committed"] == 8 and not len(pd.read_parquet(tmp_path / "out" / "quarantine"))
    storage = open_storage(tmp_path / "out")
    assert [read_marker(storage, shard)["batch_size"] for shard in (0, 1)] == [3, 1]
    assert list(verify(tmp_path / "out")) == []


def test_a_clip_that_no_gpu_holds_stops_the_run_and_says_why(tmp_path):
    source = listed(tmp_path / "in", ["", "too much for the GPU"])
    with pytest.raises(EngineError, match=r"shard 000000: CUDA out of memory.*one clip at a time"):
        run_distill([source], tmp_path / "out")


RUN = """
    import sys
    sys.path[:0] = {paths!r}
    from pathlib import Path
    from distilling import run_distill
    from fakes import FakeToolbox
    run_distill([Path({source!r})], Path({output!r}), mode={mode!r}, factory=FakeToolbox(pause_s=0.15))
"""


def start(source, output, mode):
    code = textwrap.dedent(
        RUN.format(paths=[path for path in sys.path if path], source=str(source), output=str(output), mode=mode)
    )
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)


@pytest.mark.slow
@pytest.mark.parametrize("whole_group", [True, False])
def test_killed_and_resumed_equals_unbroken(tones, tmp_path, whole_group):
    """SIGKILL the driver, or the driver and its child, at many times; resume until done; the bytes are the same."""
    for number in range(10, 40):
        write_tone(tones / f"{number}.wav", 200.0 + 13 * number, 0.5)
    run_distill([tones], tmp_path / "unbroken")
    random.seed(20 + whole_group)
    output, mode, kills = tmp_path / "killed", "new", 0
    for _ in range(60):
        process = start(tones, output, mode)
        try:
            process.wait(timeout=random.uniform(0.8, 1.9))
        except subprocess.TimeoutExpired:
            kills += 1
            (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
            process.wait()
        else:
            assert process.returncode == 0
            break
        mode = "resume" if (output / "dataset.json").exists() else "new"
        time.sleep(0.05)
    else:
        pytest.fail("never finished")
    print(f"{kills} kills")
    assert kills >= 2 and digests(output) == digests(tmp_path / "unbroken")
