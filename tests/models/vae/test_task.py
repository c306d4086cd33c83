"""The autoencoder's training as the loop sees it: its groups, its measures, what it shows; and that it learns."""

from dataclasses import replace

import pytest
import soundfile
import torch
from vae_steps import draw_of, noises

from mkaudio.models.mel import MelConfig
from mkaudio.models.vae.config import VaeConfig, VaeLossConfig
from mkaudio.models.vae.task import VaeTask

pytestmark = pytest.mark.slow

MEL, VAE = MelConfig(n_mels=16), VaeConfig((4, 4), 1, 1)
LOSS = VaeLossConfig(discriminator_channels=4, windows_frames=(8, 16))


def test_each_parameter_is_in_the_group_of_its_side():
    task = VaeTask(MEL, VAE, LOSS)
    groups = {group["name"]: {id(one) for one in group["params"]} for group in task.parameter_groups(1e-3)}
    names = {name: id(one) for name, one in task.module.named_parameters()}
    judges = {one for name, one in names.items() if name.startswith("discriminator.")}
    assert groups == {"vae": set(names.values()) - judges, "discriminator": judges} and judges
    alone = VaeTask(MEL, VAE, replace(LOSS, discriminator="none"))
    assert [group["name"] for group in alone.parameter_groups(1e-3)] == ["vae"]


def test_what_costs_memory_can_be_lowered():
    assert VaeTask(MEL, VAE, LOSS).memory_settings[0] == "vae_loss.crop_frames (now 0, the whole window)"
    assert VaeTask(MEL, VAE, replace(LOSS, crop_frames=32)).memory_settings[0] == "vae_loss.crop_frames"


def test_measures_are_sums_over_real_frames():
    task = VaeTask(MEL, VAE, LOSS)
    batch = noises((16_000, 8_000))
    with torch.no_grad():
        found = task.validate(task.module, batch, draw_of())
        mel, _ = task.module.mels(batch)
        made = task.module.reconstruct(mel)
    frames = [62, 31]  # 16,000 and 8,000 samples of 256
    wanted = sum(float((mel - made)[row, ..., :n].abs().sum()) for row, n in enumerate(frames))
    assert found["l1"].tolist() == pytest.approx([wanted, 16 * 93], rel=1e-5)
    steps = sum(float(mel[row, ..., :n].diff().square().sum()) for row, n in enumerate(frames))
    assert found["high_frequency_real"].tolist() == pytest.approx([steps, 16 * 91], rel=1e-5)


def test_shown_are_real_frames_with_prompt_and_picture(tmp_path):
    task, batch = VaeTask(MEL, VAE, LOSS), noises((16_000, 8_000))
    with torch.no_grad():
        task.show(task.module, batch, tmp_path)
    kinds = ("griffin_lim.wav", "original.wav", "png", "reconstructed.wav", "txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"noise{row}.{kind}" for row in (0, 1) for kind in kinds
    ]
    assert [len(soundfile.read(tmp_path / f"noise{row}.original.wav")[0]) for row in (0, 1)] == [62 * 256, 31 * 256]
    assert (tmp_path / "noise1.txt").read_text() == "Noise noise1.\n"


def test_other_settings_have_another_config():
    assert VaeTask(MEL, VAE, LOSS).config() == VaeTask(MEL, VAE, LOSS, seed=1).config()
    assert VaeTask(MEL, VAE, LOSS).config() != VaeTask(MEL, VAE, replace(LOSS, kl_weight=1e-5)).config()
