"""The diffusion's training as the loop sees it: its settings, its measures, what it shows."""

import pytest
import soundfile
import torch
from ldm_fakes import Words, fake_vae, sounds
from vae_steps import draw_of

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.prompt_use import prompt_use
from mkaudio.models.diffusion.sampler import SamplerConfig
from mkaudio.models.diffusion.task import LdmTask

SMALL, LOSS = LdmConfig((8, 16), 1, 2, 8), LdmLossConfig()


def made(ldm=SMALL, loss=LOSS, vae=None, words=None, **others):
    return LdmTask(ldm, loss, vae or fake_vae(), words or Words(), **others)


def test_every_parameter_is_trained_in_one_group():
    task = made()
    (group,) = task.parameter_groups(1e-3)
    assert group["lr"] == 1e-3 and {id(one) for one in group["params"]} == {id(one) for one in task.module.parameters()}


def test_another_autoencoder_conditioner_or_size_is_another_config():
    config = made().config()
    assert config == made(seed=1).config() == made(sampler=SamplerConfig(7)).config()
    for other in (
        made(vae=fake_vae("vae-2")), made(words=Words(fingerprint="words-2")), made(LdmConfig((8, 16), 2, 2, 8)),
        made(loss=LdmLossConfig(prediction="v_prediction")),
    ):  # fmt: skip
        assert other.config() != config


def test_measures_are_sums_over_clips():
    task, batch, draw = made(), sounds(), draw_of(rows=range(4))
    torch.nn.init.normal_(task.module.denoiser.unet.conv_out.weight)
    found, use = task.validate(task.module, batch, draw), prompt_use(task.module, batch, draw)
    assert {name: float(pair[1]) for name, pair in found.items()} == dict.fromkeys(
        ("mse", "mse_shuffled", "prompt_gain", "prompt_gain_square"), 4.0
    )
    wanted = (use.own, use.shuffled, use.gains, use.gains.square())
    for pair, one in zip(found.values(), wanted, strict=True):
        assert float(pair[0]) == pytest.approx(float(one.sum()))
    assert list(task.validate(task.module, batch.part(slice(0, 1)), draw.part(slice(0, 1)))) == [
        "mse"
    ]  # alone it has no partner


@pytest.mark.slow
def test_shown_are_sounds_for_prompts_with_both_mels(tmp_path):
    task, batch = made(sampler=SamplerConfig(2)), sounds(2, 8192)
    task.show(task.module, batch, tmp_path)
    kinds = ("generated.wav", "original.wav", "png", "txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"tone{row}.{kind}" for row in (0, 1) for kind in kinds]
    assert [len(soundfile.read(tmp_path / f"tone{row}.original.wav")[0]) for row in (0, 1)] == [8192, 4096]
    assert [len(soundfile.read(tmp_path / f"tone{row}.generated.wav")[0]) for row in (0, 1)] == [8192, 8192]
    assert (tmp_path / "tone1.txt").read_text() == "tone number 1\n"
