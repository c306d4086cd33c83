"""A step of the diffusion: its loss, what is random in it, what is frozen, what is never trained."""

from dataclasses import replace

import pytest
import torch
from ldm_fakes import MEL, Words, fake_vae, sounds
from vae_steps import draw_of

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.training import LdmTraining
from mkaudio.models.mel import LogMel

SMALL, LOSS = LdmConfig((8, 16), 1, 2, 8), LdmLossConfig()
DRAW = draw_of(rows=range(4))


def made(loss=LOSS, **others):
    """A step whose branches say something, as after some training."""
    training = LdmTraining(SMALL, loss, fake_vae(), Words(), **others)
    torch.manual_seed(1)
    for one in training.denoiser.parameters():
        if not one.any():
            torch.nn.init.normal_(one, std=0.1)
    return training


def gradients(module, loss):
    module.zero_grad(set_to_none=True)
    loss.backward()
    return {name: one.grad for name, one in module.named_parameters()}


class Perfect(torch.nn.Module):
    """Knows latents and schedule, hence the noise."""

    def __init__(self, training, latents):
        super().__init__()
        self.projection, self.training_, self.latents = training.denoiser.projection, [training], latents

    def forward(self, noisy, timesteps, context):
        schedule = self.training_[0].schedule
        a = schedule.alphas[timesteps][:, None, None, None]
        noise = (noisy - a.sqrt() * self.latents) / (1 - a).sqrt()
        return schedule.target(self.latents, noise, timesteps)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_the_loss_of_a_perfect_denoiser_is_0_and_of_none_is_the_targets_square(prediction):
    training, batch = made(LdmLossConfig(prediction=prediction)), sounds()
    latents = training.latents(batch)
    untrained = LdmTraining(SMALL, LdmLossConfig(prediction=prediction), fake_vae(), Words())
    noise, timesteps = DRAW.normal("noise", latents.shape[1:]), DRAW.integers("timestep", 1000)
    target = training.schedule.target(latents, noise, timesteps)
    assert untrained(batch, DRAW)[0].item() == pytest.approx(float(target.square().mean()), rel=1e-5)
    training.denoiser = Perfect(training, latents)
    assert training(batch, DRAW)[0].item() < (1e-9 if prediction == "epsilon" else 1e-6)


def test_latents_are_the_scaled_means_of_whole_windows():
    training, batch = made(), sounds(2, 4096 + 256)  # 17 frames, of which the autoencoder takes 16
    mel = LogMel(MEL)(batch.waveform[:, 0])
    assert torch.equal(training.mels(batch), mel[..., :16])
    assert torch.equal(training.latents(batch), training.vae.encode(mel[..., :16]))
    stereo = replace(batch, waveform=torch.cat([batch.waveform, 3 * batch.waveform], dim=1))
    assert torch.allclose(training.mels(stereo), training.mels(replace(batch, waveform=2 * batch.waveform)), atol=1e-5)
    short = replace(batch, waveform=batch.waveform[..., :100])
    assert training.mels(short).shape == (2, 16, 2)


def test_numbers_say_how_the_latents_lie_and_how_many_prompts_are_empty():
    training, batch = made(), sounds()
    loss, numbers = training(batch, DRAW)
    assert list(numbers) == ["latent_std", "empty_prompts"]
    assert all(one.shape == () and not one.requires_grad and one.isfinite() for one in numbers.values())
    assert float(numbers["latent_std"]) == pytest.approx(float(training.latents(batch).std()))
    assert float(numbers["empty_prompts"]) == training.dropped(batch.prompts, DRAW).count("") / 4
    assert loss.shape == () and loss.dtype == torch.float32


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_prompts_are_dropped_by_draw_at_their_rate(share):
    training, prompts = made(LdmLossConfig(drop_prompt=share)), [f"prompt {row}" for row in range(100)]
    found = [training.dropped(prompts, draw_of(step=step, rows=range(100))) for step in range(20)]
    n = sum(one.count("") for one in found)
    assert abs(n - 2000 * share) <= 5 * (2000 * share * (1 - share)) ** 0.5
    assert all(one in ("", prompt) for row in found for one, prompt in zip(row, prompts, strict=True))
    assert found[3] == training.dropped(prompts, draw_of(step=3, rows=range(100)))
    assert found[3][40:] == training.dropped(prompts[40:], draw_of(step=3, rows=range(40, 100)))
    assert share in (0.0, 1.0) or found[3] != found[4]


def test_a_dropped_row_reads_the_empty_prompt_itself():
    dropping, batch = made(LdmLossConfig(drop_prompt=0.5)), sounds()
    said = dropping.dropped(batch.prompts, DRAW)
    assert 0 < said.count("") < 4
    loss = dropping(batch, DRAW)[0]
    assert dropping._frozen[1].asked == [said]
    keeping = made(LdmLossConfig(drop_prompt=0.0))
    assert torch.equal(keeping(replace(batch, prompts=said), DRAW)[0], loss)
    assert not torch.equal(keeping(batch, DRAW)[0], loss)


def test_the_same_seed_and_step_give_the_same_bits_and_leave_the_processs_random_numbers_alone():
    training, batch, found = made(), sounds(), []
    for seed in (1, 7):
        torch.manual_seed(seed)
        state = torch.get_rng_state()
        loss, _ = training(batch, DRAW)
        found.append((loss, gradients(training, loss)))
        assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(found[0][0], found[1][0])
    assert all(torch.equal(found[0][1][name], found[1][1][name]) for name in found[0][1])
    for other in (replace(DRAW, step=6), replace(DRAW, seed=1), replace(DRAW, rows=range(4, 8))):
        assert not torch.equal(training(batch, other)[0], found[0][0])


def test_micro_batches_make_the_whole_batchs_gradients():
    training, batch = made(), sounds()
    whole = gradients(training, training(batch, DRAW)[0])
    parts = sum(training(batch.part(rows), DRAW.part(rows))[0] for rows in (slice(0, 2), slice(2, 4))) / 2
    found = gradients(training, parts)
    for name, one in whole.items():
        assert torch.allclose(found[name], one, rtol=1e-3, atol=1e-6), name


def test_autoencoder_and_conditioner_are_frozen_and_not_of_the_module():
    training = made()
    vae, words = training._frozen
    gradients(training, training(sounds(), DRAW)[0])
    assert vae.network.gain.grad is None and words.gain.grad is None  # both would take one
    assert {name.split(".")[0] for name in training.state_dict()} == {"denoiser"}
    assert {name.split(".")[0] for name, _ in training.named_parameters()} == {"denoiser"}
    assert all(one.grad is not None and one.grad.isfinite().all() for one in training.parameters())


def test_bfloat16_trains_with_the_loss_in_float32():
    training = made()
    with torch.autocast("cpu", torch.bfloat16):
        loss, _ = training(sounds(), DRAW)
    assert loss.dtype == torch.float32
    assert all(one.isfinite().all() for one in gradients(training, loss).values())
    assert loss.item() == pytest.approx(training(sounds(), DRAW)[0].item(), rel=0.02)


@pytest.mark.slow
def test_a_few_steps_lower_the_loss():
    training = LdmTraining(SMALL, LOSS, fake_vae(), Words())
    optimizer, found = torch.optim.AdamW(training.parameters(), 3e-3), []
    for step in range(1, 21):
        loss, _ = training(sounds(), draw_of(step=step, rows=range(4)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    assert sum(found[-5:]) < 0.8 * sum(found[:5])
