"""The running moments: a plain mean at first, forgetful later; the scale makes latents' standard deviation 1."""

import pytest
import torch

from mkaudio.models.vae.latent_scale import LatentMoments


def test_up_to_a_hundred_steps_it_is_the_deviation_of_all_latents():
    latents = 3 + 0.7 * torch.randn(60, 500, generator=torch.Generator().manual_seed(0))
    moments = LatentMoments()
    for latent in latents:
        moments.update(latent.mean(), latent.square().mean())
    assert moments.scale == pytest.approx(1 / latents.std(correction=0).item(), rel=1e-4)
    assert (latents * moments.scale).std().item() == pytest.approx(1, rel=1e-3)


def test_what_is_long_past_is_forgotten():
    moments = LatentMoments()
    for variance, steps in ((100.0, 300), (4.0, 1500)):
        for _ in range(steps):
            moments.update(torch.tensor(0.0), torch.tensor(variance))
    assert moments.scale == pytest.approx(0.5, rel=1e-3)


def test_they_are_saved_with_the_weights():
    moments, other = LatentMoments(), LatentMoments()
    moments.update(torch.tensor(1.0), torch.tensor(5.0))
    other.load_state_dict(moments.state_dict())
    assert other.scale == moments.scale == 0.5
    assert set(moments.state_dict()) == {"steps", "mean", "mean_square"}


def test_without_a_spread_there_is_no_scale():
    moments = LatentMoments()
    with pytest.raises(ValueError, match="after 0 steps"):
        _ = moments.scale
    moments.update(torch.tensor(2.0), torch.tensor(4.0))
    with pytest.raises(ValueError, match="variance"):
        _ = moments.scale
