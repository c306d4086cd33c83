"""Losses with own and with other prompts: paired over clips, noises and timesteps."""

from dataclasses import replace

import pytest
import torch
from ldm_fakes import Words, fake_vae, sounds
from vae_steps import draw_of

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.prompt_use import prompt_use, shuffled
from mkaudio.models.diffusion.training import LdmTraining

DRAW = draw_of(rows=range(4))


@pytest.fixture
def training():
    return LdmTraining(LdmConfig((8, 16), 1, 2, 8), LdmLossConfig(), fake_vae(), Words()).eval()


class Tells(torch.nn.Module):
    """Is wrong by the first number of the prompt's last token, and keeps what it was asked."""

    def __init__(self, training, latents):
        super().__init__()
        self.projection, self.schedule, self.latents = training.denoiser.projection, training.schedule, latents
        self.seen = []

    def forward(self, noisy, timesteps, context):
        self.seen.append((noisy, timesteps))
        a = self.schedule.alphas[timesteps][:, None, None, None]
        noise = (noisy - a.sqrt() * self.latents) / (1 - a).sqrt()
        return noise + context.context[:, 3, 0, None, None, None]


def test_each_clip_meets_the_same_noise_and_timestep_with_both_prompts(training):
    batch = sounds()
    training.denoiser = tells = Tells(training, training.latents(batch))
    use = prompt_use(training, batch, DRAW)
    wrong = Words()(batch.prompts).context[:, 3, 0].detach().double().square()
    assert torch.allclose(use.own, wrong, atol=1e-4)
    assert torch.allclose(use.shuffled, wrong[[1, 2, 3, 0]], atol=1e-4)
    assert use.paired.all() and torch.equal(use.gains, use.shuffled - use.own)
    for stratum in range(4):
        (x, t), (same_x, same_t) = tells.seen[2 * stratum : 2 * stratum + 2]
        assert torch.equal(x, same_x) and torch.equal(t, same_t)
        assert ((t >= 250 * stratum) & (t < 250 * (stratum + 1))).all()
    assert torch.equal(prompt_use(training, batch, DRAW).own, use.own)


def test_a_denoiser_that_hears_no_prompt_gains_nothing(training):
    torch.nn.init.normal_(training.denoiser.unet.conv_out.weight)
    assert not prompt_use(training, sounds(), DRAW).gains.any()  # its attention still says 0


def test_prompts_that_are_the_same_are_no_partners(training):
    assert shuffled(["a", "b", "b", "c"]) == ["b", "c", "c", "a"]
    assert shuffled(["a", "a"]) == ["a", "a"] and shuffled(["a"]) == ["a"]
    batch = replace(sounds(), prompts=["a dog"] * 4)
    assert prompt_use(training, batch, DRAW).gains.shape == (0,)
    some = prompt_use(training, replace(batch, prompts=["a dog", "a dog", "a dog", "rain"]), DRAW)
    assert some.paired.all() and some.gains.shape == (4,)
