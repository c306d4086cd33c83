"""R1 in closed form: of a linear critic the mean of w², of a quadratic one 4 times the mean of x²; and its own gradient."""

import torch

from mkaudio.models.vae.r1 import r1_penalty


def normal(*shape, seed=0):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_a_linear_critics_penalty_is_its_mean_square():
    weight, mel = normal(24, 1).requires_grad_(), normal(3, 1, 4, 6, seed=1).requires_grad_()
    penalty = r1_penalty([mel.flatten(1) @ weight + 5], mel)
    assert torch.allclose(penalty, weight.square().mean())
    (gradient,) = torch.autograd.grad(penalty, weight)
    assert torch.allclose(gradient, 2 * weight / 24)


def test_a_quadratic_critics_penalty_is_a_mean_over_elements():
    mel = normal(3, 1, 4, 6).requires_grad_()
    penalty = r1_penalty([mel.square().flatten(1).sum(dim=1, keepdim=True)], mel)
    assert torch.allclose(penalty, 4 * mel.square().mean())


def test_windows_and_patches_add_up():
    weight, mel = normal(24, 1), normal(3, 1, 4, 6).requires_grad_()
    logits = mel.flatten(1) @ weight
    assert torch.allclose(r1_penalty([logits, 2 * logits], mel), 9 * weight.square().mean())
    assert torch.allclose(r1_penalty([logits.expand(3, 7)], mel), 49 * weight.square().mean())


def test_gradients_are_those_of_differences():
    mel = normal(2, 1, 2, 3).requires_grad_()

    def penalty(weight):
        return r1_penalty([torch.tanh(mel.flatten(1) @ weight)], mel)

    assert torch.autograd.gradcheck(penalty, normal(6, 1, seed=2).requires_grad_())
