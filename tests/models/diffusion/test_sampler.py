"""Sampling against oracles that know the latents, and against diffusers' own loop."""

import math
from dataclasses import replace

import pytest
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler
from ldm_fakes import Words
from vae_steps import draw_of

from mkaudio.models.diffusion.config import LdmLossConfig
from mkaudio.models.diffusion.sampler import SamplerConfig, sample
from mkaudio.models.diffusion.schedule import NoiseSchedule

SHAPE = (4, 3, 5)
BOTH = [SamplerConfig(25, 1.0, "dpm"), SamplerConfig(25, 1.0, "ddim")]
WORDS = Words()
CONTEXT, EMPTY = WORDS(["a dog", "rain", "a horn"]), WORDS([""])


def drawn(seed, rows=3):
    return torch.randn(rows, *SHAPE, generator=torch.Generator().manual_seed(seed))


def schedule_of(prediction="epsilon"):
    return NoiseSchedule(LdmLossConfig(prediction=prediction))


class Oracle:
    """Knows the latents, so it says exactly what is noise."""

    def __init__(self, schedule, latents):
        self.schedule, self.latents, self.seen = schedule, latents, []

    def __call__(self, noisy, timesteps, context):
        self.seen.append(int(timesteps[0]))
        a = self.schedule.alphas[timesteps][:, None, None, None]
        noise = (noisy - a.sqrt() * self.latents) / (1 - a).sqrt()
        return self.schedule.target(self.latents, noise, timesteps)


def gaussian(noisy, timesteps, context):
    """The exact denoiser of latents of N(m, 1/4), m the mean of the prompt's tokens; it works row by row."""
    a = schedule_of().alphas[timesteps][:, None, None, None]
    mean = context.context.mean(dim=(1, 2))[:, None, None, None]
    variance = a / 4 + 1 - a
    return (1 - a).sqrt() * (noisy - a.sqrt() * mean) / variance


def made(denoise, config, schedule=None, draw=None, context=CONTEXT, **others):
    return sample(
        denoise, schedule or schedule_of(), config, context, EMPTY, draw or draw_of(rows=range(3)), SHAPE, **others
    )


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("config", [*BOTH, SamplerConfig(10, 1.0, "ddim", eta=1.0), SamplerConfig(7, 3.0, "dpm"),
                                    SamplerConfig(1, 1.0, "dpm"), SamplerConfig(1, 1.0, "ddim")])  # fmt: skip
def test_an_oracle_is_followed_to_its_latents(prediction, config):
    schedule, latents = schedule_of(prediction), drawn(1)
    oracle = Oracle(schedule, latents)
    if config.guidance != 1:
        oracle.latents = torch.cat([latents, latents])
    assert torch.allclose(made(oracle, config, schedule), latents, atol=2e-4)
    assert oracle.seen == schedule.timesteps(config.steps)  # one forward a step, guided or not


@pytest.mark.parametrize("eta", [0.0, 0.7])
def test_ddim_is_diffusers_own_loop(eta):
    config, draw = SamplerConfig(20, 3.0, "ddim", eta), draw_of(rows=range(3))
    solver = DDIMScheduler(1000, 0.00085, 0.012, "scaled_linear", clip_sample=False, timestep_spacing="trailing")
    solver.set_timesteps(20)
    latents = draw.normal("start", SHAPE)
    empty = replace(EMPTY, context=EMPTY.context.expand(3, -1, -1), mask=EMPTY.mask.expand(3, -1))
    for t in solver.timesteps:
        at = t.expand(3)
        without, with_prompt = gaussian(latents, at, empty), gaussian(latents, at, CONTEXT)
        noise = draw.normal(f"timestep {int(t)}", SHAPE)
        guided = without + 3.0 * (with_prompt - without)
        latents = solver.step(guided, t, latents, eta=eta, variance_noise=noise).prev_sample
    assert torch.allclose(made(gaussian, config), latents, atol=1e-5)


def test_dpm_is_diffusers_own_loop():
    solver = DPMSolverMultistepScheduler(1000, 0.00085, 0.012, "scaled_linear", timestep_spacing="trailing")
    solver.set_timesteps(20)
    latents = draw_of(rows=range(3)).normal("start", SHAPE)
    for t in solver.timesteps:
        latents = solver.step(gaussian(latents, t.expand(3), CONTEXT), t, latents).prev_sample
    assert torch.allclose(made(gaussian, SamplerConfig(20, 1.0)), latents, atol=1e-5)


@pytest.mark.parametrize("config", [SamplerConfig(50, 1.0, "dpm"), SamplerConfig(100, 1.0, "ddim"),
                                    SamplerConfig(100, 1.0, "ddim", eta=1.0)])  # fmt: skip
def test_the_exact_denoiser_of_a_distribution_gives_that_distribution(config):
    rows = 200
    context = WORDS(["a dog"] * rows)
    found = made(gaussian, config, draw=draw_of(rows=range(rows)), context=context)
    n = found.numel()  # 12,000: five standard errors
    assert float(found.mean()) == pytest.approx(float(context.context.mean()), abs=5 * 0.5 / math.sqrt(n) + 0.01)
    assert float(found.std()) == pytest.approx(0.5, abs=5 * 0.5 / math.sqrt(2 * n) + 0.02)


@pytest.mark.parametrize("config", BOTH)
def test_without_eta_only_the_start_is_drawn_and_the_bits_are_the_same(config):
    class Once:
        def __init__(self):
            self.names = []

        def normal(self, name, shape):
            self.names.append(name)
            return draw_of(rows=range(3)).normal(name, shape)

    draws = Once()
    first = made(gaussian, config, draw=draws)
    torch.manual_seed(9)
    assert draws.names == ["start"] and torch.equal(first, made(gaussian, config))
    assert not torch.allclose(first, made(gaussian, config, draw=draw_of(rows=range(3), seed=1)), atol=0.01)


@pytest.mark.parametrize("config", [*BOTH, SamplerConfig(10, 3.0, "ddim", eta=1.0)])
def test_a_row_is_the_same_alone_and_among_others(config):
    together = made(gaussian, config)
    for row, prompt in enumerate(["a dog", "rain", "a horn"]):
        alone = made(gaussian, config, draw=draw_of(rows=range(row, row + 1)), context=WORDS([prompt]))
        assert torch.allclose(alone[0], together[row], atol=1e-6)


@pytest.mark.parametrize("config", BOTH)
def test_strength_0_gives_back_and_1_ignores_and_between_is_nearer_the_less_there_is(config):
    start, other = drawn(1), drawn(2)
    untouched = Oracle(schedule_of(), other)
    assert torch.equal(made(untouched, config, start=start, strength=0.0), start) and not untouched.seen
    assert torch.equal(made(gaussian, config, start=start, strength=1.0), made(gaussian, config))
    found = [made(gaussian, config, start=start, strength=strength) for strength in (0.04, 0.2, 0.5, 0.8, 1.0)]
    distances = [float((one - start).norm()) for one in found]
    assert distances == sorted(distances) and distances[0] < 0.2 * distances[-1]
    for strength, steps in ((0.001, 1), (0.04, 1), (0.3, 8), (0.999, 25), (1.0, 25)):
        oracle = Oracle(schedule_of(), other)
        assert torch.allclose(made(oracle, config, start=start, strength=strength), other, atol=2e-4)
        assert oracle.seen == schedule_of().timesteps(25)[-steps:]


@pytest.mark.parametrize("config", [*BOTH, SamplerConfig(10, 3.0, "ddim", eta=1.0)])
@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_what_is_kept_stays_to_the_bit_and_the_network_sees_it_with_the_noise_of_each_step(config, strength):
    start, keep = drawn(1), torch.zeros(3, 1, 3, 5, dtype=torch.bool)
    keep[0, :, :, :2], keep[1, :, :, 3:] = True, True
    schedule, seen = schedule_of(), []

    def watched(noisy, timesteps, context):
        seen.append((noisy[:3], timesteps[:3]))
        return gaussian(noisy, timesteps, context)

    found = made(watched, config, start=start, strength=strength, keep=keep)
    kept = keep.expand_as(start)
    assert torch.equal(found[kept], start[kept]) and not torch.isclose(found[~kept], start[~kept]).any()
    noise = draw_of(rows=range(3)).normal("start", SHAPE)
    for noisy, timesteps in seen:
        assert torch.equal(noisy[kept], schedule.noised(start, noise, timesteps)[kept])
    free = made(gaussian, config, start=start, strength=strength)
    assert torch.allclose(found[2], free[2], atol=1e-6)  # where nothing is kept


def test_all_kept_is_all_given():
    keep = torch.ones(3, 1, 3, 5, dtype=torch.bool)
    assert torch.equal(made(gaussian, BOTH[0], start=drawn(1), keep=keep), drawn(1))


def test_what_makes_no_sense_is_refused():
    for settings, message in (
        ({"steps": 0}, "steps 0"),
        ({"guidance": float("inf")}, "guidance inf"),
        ({"sampler": "euler"}, "sampler 'euler': one of dpm, ddim"),
        ({"eta": 0.5}, "eta 0.5: 0 to 1 with sampler ddim"),
        ({"eta": 1.5, "sampler": "ddim"}, "eta 1.5"),
    ):
        with pytest.raises(ValueError, match=message):
            SamplerConfig(**settings)
    for config, others, message in (
        (BOTH[0], {"strength": 0.5}, "give start as well"),
        (BOTH[0], {"keep": torch.ones(3, 1, 3, 5, dtype=torch.bool)}, "give start as well"),
        (BOTH[0], {"start": drawn(1), "strength": 1.1}, "strength 1.1: from 0 to 1"),
        (SamplerConfig(1001), {}, "steps 1001: 1 to 1000"),
        (SamplerConfig(30, sampler="ddim"), {}, "steps 30: ddim needs a divisor of 1000, as 25"),
    ):
        with pytest.raises(ValueError, match=message):
            made(gaussian, config, **others)
