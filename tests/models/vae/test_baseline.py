"""The autoencoder's opponent: keeps means, as many as the latent has numbers."""

import pytest
import torch

from mkaudio.models.vae.baseline import pooled


def test_a_constant_stays():
    assert torch.allclose(pooled(torch.full((2, 1, 80, 64), -3.7)), torch.full((2, 1, 80, 64), -3.7), atol=1e-5)


def test_a_slope_stays_where_it_is():
    slope = torch.arange(64.0).expand(1, 1, 80, 64)
    inside = slice(8, -8)  # the outermost means are repeated, so that the ends are flat
    apart = pooled(slope)[..., inside] - slope[..., inside]
    assert apart.abs().max() < 0.2 and apart.mean().abs() < 1e-4


def test_it_is_a_function_of_the_means_alone_and_they_are_as_many_as_the_latents_numbers():
    mel = torch.randn(1, 1, 80, 624, generator=torch.Generator().manual_seed(0), requires_grad=True)
    assert torch.nn.functional.avg_pool2d(mel, 4).numel() == 20 * 156 == 4 * 10 * 78
    means = torch.nn.functional.avg_pool2d(mel, 4)
    spread = means.repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert torch.allclose(pooled(spread), pooled(mel), atol=1e-5)
    assert (pooled(mel) - mel).abs().mean() > 0.5


def test_axes_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="80 x 626"):
        pooled(torch.zeros(1, 1, 80, 626))
