"""The overfit law: eight real sounds that a small diffusion sees again and again are generated, each for its own prompt."""

from dataclasses import replace

import eight_sounds
import pytest
import torch
from vae_steps import draw_of

from mkaudio.cli.preset import ldm_preset, read_preset
from mkaudio.models.conditioning.cached import CachedConditioner
from mkaudio.models.conditioning.starter_tokens import load_starter_tokens
from mkaudio.models.diffusion.config import LdmConfig
from mkaudio.models.diffusion.prompt_use import prompt_use
from mkaudio.models.diffusion.sampler import SamplerConfig, sample
from mkaudio.models.diffusion.task import LdmTask
from mkaudio.models.vae.saved import load_vae

pytestmark = pytest.mark.slow

STEPS = 500


def test_eight_sounds_are_learnt_by_heart(demo_sounds, starter, tmp_path):
    """By v: in as many steps, the noise alone teaches prompts a tenth as well, for they matter where noise is nearly all."""
    waveform, prompts = eight_sounds.waveform_of(demo_sounds)
    eight_sounds.train_vae(tmp_path / "vae", waveform)
    preset = ldm_preset(read_preset("tiny"), "tiny")
    conditioner = CachedConditioner(load_starter_tokens(starter, n_tokens=preset.conditioning.n_tokens), 10)
    task = LdmTask(LdmConfig((32, 64), 1, 4, 64, 1), preset.ldm_loss, load_vae(tmp_path / "vae"), conditioner)
    config = replace(
        preset.ldm_training, max_steps=STEPS, batch_size=8, learning_rate=2e-3, warm_up_steps=10, ema_decay=0.98,
        validate_every=0, show_every=0, checkpoint_every=0,
    )  # fmt: skip
    eight_sounds.train_on(task, config, tmp_path / "run", waveform, prompts)
    training, batch = task.module.eval(), eight_sounds.Same(waveform, prompts).batch(0, 0)
    latents, found = training.latents(batch), []
    for guidance in (1.0, 3.0):
        made = sample(
            training.denoiser, training.schedule, SamplerConfig(25, guidance), training.read(prompts),
            training.read([""]), draw_of(rows=range(8)), latents.shape[1:],
        )  # fmt: skip
        distances = torch.cdist(training.vae.decode(made).flatten(1), training.mels(batch).flatten(1))
        found.append(distances.argmin(dim=1).tolist())
    assert found == [list(range(8))] * 2
    gains = prompt_use(training, batch, draw_of(rows=range(8))).gains
    assert float(gains.mean()) > 2 * float(gains.std()) / 8**0.5  # own prompts are better than others'
