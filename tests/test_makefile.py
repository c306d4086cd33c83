"""`make train` as a plan: which commands, in which order, of what is not done yet."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = ("distill", "events", "train vae", "train ldm", "generate")


def planned(*arguments):
    made = subprocess.run(["make", "-n", "train", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    lines = made.stdout.replace("\\\n", " ").splitlines()
    return {stage: line for stage in STAGES for line in lines if f"mkaudio {stage} " in line}


def test_it_begins_with_sounds_and_ends_with_sounds(tmp_path):
    plan = planned(f"RUN={tmp_path}", "SOUNDS=mine")
    assert list(plan) == list(STAGES)
    assert '--input "mine"' in plan["distill"] and "val_share" not in plan["train vae"]
    plan = planned(f"RUN={tmp_path}", "SOUNDS=")
    assert "fetch demo-sounds" in plan["distill"] and "stream.val_share=0" in plan["train ldm"]


def test_sounds_that_cannot_be_fetched_end_it(tmp_path):
    """Else distill would be given no name, which is the folder that it stands in."""
    fake = tmp_path / "venv" / "bin" / "mkaudio"
    fake.parent.mkdir(parents=True)
    fake.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/asked"\ntest "$*" != "fetch demo-sounds"\n')
    fake.chmod(0o755)
    (tmp_path / "venv" / ".installed").touch()
    command = ["make", f"RUN={tmp_path}/run", f"VENV={tmp_path}/venv", "SOUNDS=", f"{tmp_path}/run/.distilled"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 2
    assert (tmp_path / "asked").read_text().splitlines() == ["fetch starter", "fetch demo-sounds"]


def test_options_go_to_their_stages(tmp_path):
    options = {"distill": "--max-refused 0.5", "train vae": "--max-steps 7", "train ldm": "--max-steps 9"}
    given = [f"{stage.split()[-1].upper()}_OPTIONS={said}" for stage, said in options.items()]
    plan = planned(f"RUN={tmp_path}", "SOUNDS=mine", *given)
    assert all(plan[stage].rstrip().endswith(said) for stage, said in options.items())


def test_nothing_but_an_event_database_gives_way_to_one(tmp_path):
    """By `mkaudio events` itself, which refuses a folder of anything else."""
    made = subprocess.run(
        ["make", "-n", "train", f"RUN={tmp_path}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "rm " not in made.stdout and "--replace" in planned(f"RUN={tmp_path}")["events"]


def test_a_dataset_is_not_distilled_again(tmp_path):
    plan = planned(f"RUN={tmp_path}", "DATA=mine", "PRESET=base", "GPUS=8")
    assert list(plan) == list(STAGES[1:])
    assert "accelerate launch --multi_gpu --num_processes 8 -m mkaudio train vae --data mine" in plan["train vae"]
    assert "--preset base" in plan["train ldm"] and "window_s" not in plan["train ldm"]


def test_what_was_broken_off_goes_on(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dataset.json").touch()
    assert "--resume" in planned(f"RUN={tmp_path}", "SOUNDS=mine")["distill"]
    for name in (".distilled", ".events"):
        (tmp_path / name).touch()
    (tmp_path / "vae" / "checkpoints" / "00000100").mkdir(parents=True)
    plan = planned(f"RUN={tmp_path}", "SOUNDS=mine")
    assert list(plan) == list(STAGES[2:])
    assert "--resume" in plan["train vae"] and "--data" not in plan["train vae"] and "--data" in plan["train ldm"]


def test_a_run_is_of_one_set_of_sounds(tmp_path):
    (tmp_path / ".heard").write_text("tiny on others\n")
    command = ["make", f"RUN={tmp_path}", "SOUNDS=mine", f"{tmp_path}/.heard"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2 and "is of tiny on others, not of tiny on mine" in refused.stdout
    (tmp_path / ".heard").write_text("tiny on mine\n")
    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


FEW_STEPS = "--max-steps 4 --batch-size 2 --set {}.log_every=1 --set {}.show_every=4"


@pytest.mark.slow
def test_from_a_fresh_folder_to_sounds_pictures_and_losses(tmp_path, starter, demo_sounds):
    few = [f"{name.upper()}_OPTIONS={FEW_STEPS.replace('{}', f'{name}_training')}" for name in ("vae", "ldm")]
    command = ["make", "train", f"RUN={tmp_path}", "SOUNDS=", *few]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    sounds = sorted(one.stem for one in (tmp_path / "sounds").glob("*.wav"))
    assert len(sounds) == len((ROOT / "cli/presets/prompts.txt").read_text().splitlines())
    assert sorted(one.stem for one in (tmp_path / "sounds").glob("*.png")) == sounds
    assert all((tmp_path / run / "loss.png").is_file() for run in ("vae", "ldm"))
    assert list((tmp_path / "ldm" / "shown" / "00000004").glob("*.png"))
    again = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "mkaudio train" not in again.stdout
