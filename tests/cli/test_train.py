"""`mkaudio train vae` and `mkaudio reconstruct`, the whole way on short noises: what a person types, and what comes of it."""

import csv
import json

import numpy as np
import pytest
import soundfile

SMALL = [
    *("--set", "stream.window_s=1", "--set", "stream.val_share=0.4", "--set", "vae.block_channels=[4, 4]"),
    *("--set", "vae.latent_channels=1", "--set", "vae_loss.crop_frames=0", "--set", "vae_loss.discriminator=none"),
    *(
        "--set",
        "vae_training.log_every=1",
        "--set",
        "vae_training.validate_every=2",
        "--set",
        "vae_training.show_every=0",
    ),
    *("--set", "vae_training.checkpoint_every=2", "--batch-size", "4", "--workers", "0", "--cpu"),
]


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("MKAUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(path, leave_out=("samples_per_s", "wait_share")):
    with path.open(newline="") as handle:
        return [{name: value for name, value in row.items() if name not in leave_out} for row in csv.DictReader(handle)]


@pytest.mark.slow
def test_train_break_off_go_on_and_reconstruct(mkaudio, noises, at_home):
    whole = mkaudio("train", "vae", "--data", noises, "--output", "whole", "--max-steps", 4, *SMALL)
    assert whole[0] == 0, whole
    assert "step 2, held-out sounds: l1 " in whole[1] and "whole/checkpoints/00000004: step 4 of 4" in whole[1]
    assert mkaudio("train", "vae", "--data", noises, "--output", "parted", "--max-steps", 2, *SMALL)[0] == 0
    code, said, _ = mkaudio("train", "vae", "--output", "parted", "--max-steps", 4, "--resume", "--workers", 0, "--cpu")
    assert code == 0 and "parted/checkpoints/00000004: step 4 of 4" in said
    for table in ("train", "val"):
        assert rows(at_home / "whole" / "log" / f"{table}.csv") == rows(at_home / "parted" / "log" / f"{table}.csv")
    weights = [(at_home / run / "checkpoints/00000004/weights.safetensors").read_bytes() for run in ("whole", "parted")]
    assert weights[0] == weights[1]
    about = json.loads((at_home / "whole/checkpoints/00000004/state.json").read_text())["facts"]["about"]
    assert about["heard"]["data"] == str(noises) and about["settings"]["vae"]["block_channels"] == [4, 4]

    code, _, said = mkaudio("train", "vae", "--data", noises, "--output", "whole", *SMALL)
    assert code == 2 and "holds a training at step 4; resume it, or take another output folder" in said
    code, _, said = mkaudio(
        "train", "vae", "--output", "whole", "--resume", "--set", "vae.block_channels=[4, 8]", "--cpu"
    )
    assert code == 2 and "vae.block_channels was [4, 4], is [4, 8]" in said

    sound = np.random.default_rng(0).normal(0, 0.1, 12_345)
    soundfile.write("noise.wav", sound, 16_000)
    code, said, _ = mkaudio("reconstruct", "noise.wav", "--checkpoint", "whole")
    assert code == 0 and said.startswith("0.77 s; mean error of the log-mel ")
    for kind in ("original", "griffin_lim", "reconstructed"):
        found, rate_hz = soundfile.read(f"noise-reconstructed/noise.{kind}.wav")
        assert rate_hz == 16_000 and -(-len(found) // 256) == -(-12_345 // 256)
    assert (at_home / "noise-reconstructed/noise.png").read_bytes().startswith(b"\x89PNG")
    code, _, said = mkaudio("reconstruct", "noise.wav", "--checkpoint", "whole", "--start-s", 2)
    assert code == 2 and "noise.wav: lasts 0.77 s; nothing is left at 2 s" in said
    code, _, said = mkaudio("reconstruct", "whole/log/train.csv", "--checkpoint", "whole")
    assert code == 2 and "not_audio" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--data is missing: give a distilled dataset"),
        (("--data", "nowhere"), "nowhere"),
        (("--resume",), "no training: there is no checkpoint in"),
        (("--data", "nowhere", "--preset", "huge"), "--preset huge: there is base, tiny"),
        (("--data", "nowhere", "--templates", "paper"), "--templates paper: its sentences are of clips with events"),
        (("--data", "nowhere", "--set", "vae_training.max_stesp=1"), "did you mean max_steps?"),
    ],
)
def test_what_is_wrong_is_one_line_before_torch_is_asked(mkaudio, at_home, arguments, said):
    code, out, errors = mkaudio("train", "vae", *arguments)
    assert (code, out) == (2, "") and said in errors and errors.count("\n") == 1


def test_a_run_is_not_written_into_a_dataset(mkaudio, noises, at_home):
    before = sorted(noises.rglob("*"))
    code, _, errors = mkaudio("train", "vae", "--data", noises, "--output", noises)
    assert code == 2 and "holds a dataset; take another folder for the run" in errors
    assert sorted(noises.rglob("*")) == before


@pytest.mark.parametrize("span", [("--start-s", "nan"), ("--start-s", "inf"), ("--duration-s", "0")])
def test_a_stretch_that_is_none_is_one_line(mkaudio, at_home, span):
    code, _, errors = mkaudio("reconstruct", "noise.wav", "--checkpoint", "nowhere", *span)
    assert code == 2 and "from 0, and up to 60 s" in errors and errors.count("\n") == 1


def test_a_checkpoint_that_is_none_is_one_line(mkaudio, at_home):
    soundfile.write("noise.wav", np.zeros(16_000), 16_000)
    code, _, errors = mkaudio("reconstruct", "noise.wav", "--checkpoint", "nowhere")
    assert code == 2 and "nowhere: no training" in errors and errors.count("\n") == 1
