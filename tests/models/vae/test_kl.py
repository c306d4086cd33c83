"""The KL divergence is that of torch.distributions."""

import torch
from torch.distributions import Normal, kl_divergence

from mkaudio.models.vae.kl import kl_from_normal


def posterior():
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(3, 2, 4, 5, dtype=torch.float64, generator=generator).requires_grad_() for _ in range(2)]


def test_it_is_the_divergence_of_the_distributions():
    mean, log_variance = posterior()
    wanted = kl_divergence(Normal(mean, (0.5 * log_variance).exp()), Normal(0.0, 1.0)).sum() / 3
    assert torch.allclose(kl_from_normal(mean, log_variance), wanted)
    assert kl_from_normal(torch.zeros(2, 1, 1, 1), torch.zeros(2, 1, 1, 1)) == 0


def test_gradients_are_those_of_differences():
    assert torch.autograd.gradcheck(kl_from_normal, posterior())
