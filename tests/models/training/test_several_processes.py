"""Two processes of `accelerate launch` train as one does: the same losses, one checkpoint, which one and two can go on from."""

import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from training_fakes import FakeTask, config_of, rows_of, trained

from mkaudio.models.training.checkpoint import PARTS, newest_checkpoint

TESTS = Path(__file__).parent.parent.parent
LOOKS = {"validate_every": 4, "show_every": 4, "checkpoint_every": 4}
CHILD = """
import os
import sys
from pathlib import Path
sys.path.insert(0, "TESTS")
from training_fakes import FakeTask, config_of, opened, trained
from accelerate import PartialState
rank = int(os.environ["RANK"])
try:
    ended = trained(Path(sys.argv[1]), FakeTask(seed=rank), config_of(**eval(sys.argv[2])), opened(**eval(sys.argv[3])),
                    resume=sys.argv[4] == "1", progress=eval(sys.argv[5]))
    said = f"ENDED {rank} {ended.step} {ended.ended}" + chr(10)
    os.write(1, said.encode())  # in one piece: both processes write into one pipe
finally:
    if PartialState._shared_state:
        PartialState().destroy_process_group()
"""


def free_port():
    """A port that no connection of another process is given by chance before the launched ones have it."""
    below_ephemeral = random.Random(os.urandom(8)).sample(range(20_000, 32_000), 50)
    for port in below_ephemeral:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)):
                return port
    raise OSError("no port is free")


def launched(tmp_path, output, config, streams=None, resume=False, progress="None"):
    script = tmp_path / "child.py"
    script.write_text(CHILD.replace("TESTS", str(TESTS)))
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "1"}
    command = [
        sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu",  # without it and an MPI it launches one process
        "--num_processes", "2", "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
        "--main_process_port", str(free_port()),
        str(script), str(output), repr(config), repr(streams or {}), str(int(resume)), progress,
    ]  # fmt: skip
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=240, cwd=tmp_path, check=False
    )


def numbers_of(output, table="train"):
    return [{name: float(value) for name, value in row.items()} for row in rows_of(output, table)]


def assert_near(output, other, exact_first=True):
    for table in ("train", "val"):
        ours, theirs = numbers_of(output, table), numbers_of(other, table)
        assert [row["step"] for row in ours] == [row["step"] for row in theirs]
        for one, two in zip(ours, theirs, strict=True):
            assert one == pytest.approx(two, abs=1e-5)
    if exact_first:
        assert rows_of(output)[0] == rows_of(other)[0]


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One process, with as many micro-batches as there are processes in the others."""
    output = tmp_path_factory.mktemp("one") / "run"
    trained(output, FakeTask(), config_of(**LOOKS, accumulate=2))
    return output


@pytest.mark.slow
def test_two_processes_have_the_losses_of_one_and_either_goes_on_from_the_other(tmp_path, one):
    two = tmp_path / "two"
    done = launched(tmp_path, two, LOOKS)
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(line for line in done.stdout.splitlines() if "ENDED" in line) == [
        "ENDED 0 12 max_steps",
        "ENDED 1 12 max_steps",
    ]
    assert_near(two, one)
    ours, theirs = newest_checkpoint(two), newest_checkpoint(one)
    assert ours.facts["stream"] == theirs.facts["stream"]
    for part in PARTS:
        tensors, wanted = ours.tensors(part), theirs.tensors(part)
        assert tensors.keys() == wanted.keys()
        assert all((tensors[name] - wanted[name]).abs().max() < 1e-5 for name in tensors)

    begun = tmp_path / "begun"
    trained(begun, FakeTask(), config_of(**{**LOOKS, "accumulate": 2, "max_steps": 8}))
    done = launched(tmp_path, begun, LOOKS, resume=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert_near(begun, one)

    back = tmp_path / "back"
    assert launched(tmp_path, back, {**LOOKS, "max_steps": 8}).returncode == 0
    trained(back, FakeTask(seed=3), config_of(**LOOKS, accumulate=2), resume=True)
    assert_near(back, one)


@pytest.mark.slow
def test_a_sound_that_is_no_number_in_the_second_process_is_named_by_the_first(tmp_path):
    done = launched(tmp_path, tmp_path / "run", LOOKS, {"poison": (54,)})
    assert done.returncode != 0
    said = [line for line in done.stderr.splitlines() if "NotFiniteError: step 7" in line]
    assert len(said) == 2 and all("its sounds: key52, key53, key54, key55." in line for line in said), done.stderr[
        -3000:
    ]
    assert newest_checkpoint(tmp_path / "run").step == 4


@pytest.mark.slow
def test_an_interrupt_of_one_process_ends_both_after_the_same_step(tmp_path):
    interrupts = "(lambda step, numbers: step == 5 and os.kill(os.getpid(), 15)) if rank == 0 else None"
    done = launched(tmp_path, tmp_path / "run", LOOKS, progress=interrupts)
    assert done.returncode == 0, done.stderr[-3000:]
    assert sorted(line for line in done.stdout.splitlines() if "ENDED" in line) == [
        "ENDED 0 6 interrupt",
        "ENDED 1 6 interrupt",
    ]
    assert newest_checkpoint(tmp_path / "run").step == 6
