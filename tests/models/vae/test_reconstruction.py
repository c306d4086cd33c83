"""The reconstruction's likelihood: Laplace's, with its best scale in closed form."""

import torch
from torch.distributions import Laplace

from mkaudio.models.vae.reconstruction import reconstruction_nll


def mels(rows=3):
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(rows, 1, 4, 6, dtype=torch.float64, generator=generator) for _ in range(2)]


def test_it_is_laplaces_likelihood_but_for_log_two():
    real, made = mels()
    for s in (-1.0, 0.0, 0.7):
        scale = torch.tensor(s, dtype=torch.float64)
        wanted = -Laplace(made, scale.exp()).log_prob(real).sum() / 3 - 24 * torch.log(torch.tensor(2.0))
        assert torch.allclose(reconstruction_nll(real, made, scale), wanted)


def test_the_best_scale_is_the_mean_absolute_error():
    real, made = mels()
    best = (real - made).abs().mean().log().requires_grad_()
    (slope,) = torch.autograd.grad(reconstruction_nll(real, made, best), best)
    assert abs(slope) < 1e-12
    for off in (-0.1, 0.1):
        assert reconstruction_nll(real, made, best + off) > reconstruction_nll(real, made, best)


def test_gradients_are_those_of_differences():
    real, made = mels()
    scale = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(reconstruction_nll, (real, made.requires_grad_(), scale))
