"""The noise at each timestep against closed forms, and both targets against each other."""

import pytest
import torch

from mkaudio.models.diffusion.config import LdmLossConfig
from mkaudio.models.diffusion.schedule import NoiseSchedule


def drawn(*shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_alphas_are_products_of_betas_whose_roots_rise_in_a_line():
    alphas, product = NoiseSchedule(LdmLossConfig()).alphas, 1.0
    assert len(alphas) == 1000
    for t in range(1000):
        product *= 1 - (0.00085**0.5 + t / 999 * (0.012**0.5 - 0.00085**0.5)) ** 2
        assert float(alphas[t]) == pytest.approx(product, rel=2e-5)


def test_noised_latents_have_the_share_of_noise_that_alpha_says():
    schedule, latents, noise = NoiseSchedule(LdmLossConfig()), drawn(3, 4, 2, 5, seed=0), drawn(3, 4, 2, 5, seed=1)
    timesteps = torch.tensor([0, 400, 999])
    noisy = schedule.noised(latents, noise, timesteps)
    for row, t in enumerate(timesteps):
        a = float(schedule.alphas[t])
        assert torch.allclose(noisy[row], a**0.5 * latents[row] + (1 - a) ** 0.5 * noise[row], atol=1e-6)


def test_both_targets_name_the_same_latents():
    latents, noise, timesteps = drawn(4, 4, 2, 5, seed=0), drawn(4, 4, 2, 5, seed=1), torch.tensor([0, 300, 700, 999])
    epsilon, velocity = (NoiseSchedule(LdmLossConfig(prediction=one)) for one in ("epsilon", "v_prediction"))
    noisy = epsilon.noised(latents, noise, timesteps)
    assert torch.equal(noisy, velocity.noised(latents, noise, timesteps))
    a = epsilon.alphas[timesteps].double()[:, None, None, None]
    e, v = (one.target(latents, noise, timesteps).double() for one in (epsilon, velocity))
    assert torch.equal(e, noise.double())
    assert torch.allclose(v, a.sqrt() * noise - (1 - a).sqrt() * latents, atol=1e-6)
    assert torch.allclose((noisy - (1 - a).sqrt() * e) / a.sqrt(), latents.double(), atol=1e-5)
    assert torch.allclose(a.sqrt() * noisy - (1 - a).sqrt() * v, latents.double(), atol=1e-6)
    assert torch.allclose(a.sqrt() * v + (1 - a).sqrt() * noisy, e, atol=1e-6)


def test_timesteps_begin_at_noise_and_are_evenly_spaced():
    schedule = NoiseSchedule(LdmLossConfig())
    assert schedule.timesteps(4) == [999, 749, 499, 249] and schedule.timesteps(1) == [999]
    for steps in range(1, 1001):
        found = schedule.timesteps(steps)
        gaps = {one - other for one, other in zip(found, [*found[1:], -1], strict=True)}
        assert len(found) == steps and found[0] == 999 and gaps <= {1000 // steps, 1000 // steps + 1}
    for steps in (0, 1001):
        with pytest.raises(ValueError, match=f"steps {steps}: 1 to 1000"):
            schedule.timesteps(steps)
