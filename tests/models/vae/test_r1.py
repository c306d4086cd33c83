"""R1 in closed form: of a linear critic |w|², of a quadratic one 4|x|²; and its own gradient."""

import torch

from mkaudio.models.vae.r1 import r1_penalty


def normal(*shape, seed=0):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_a_linear_critics_penalty_is_its_squared_length():
    weight, mel = normal(24, 1).requires_grad_(), normal(3, 1, 4, 6, seed=1).requires_grad_()
    penalty = r1_penalty([mel.flatten(1) @ weight + 5], mel)
    assert torch.allclose(penalty, weight.square().sum())
    (gradient,) = torch.autograd.grad(penalty, weight)
    assert torch.allclose(gradient, 2 * weight)


def test_a_quadratic_critics_penalty_is_a_mean_over_rows():
    mel = normal(3, 1, 4, 6).requires_grad_()
    penalty = r1_penalty([mel.square().flatten(1).sum(dim=1, keepdim=True)], mel)
    assert torch.allclose(penalty, 4 * mel.square().sum() / 3)


def test_windows_add_up_and_patches_are_averaged():
    weight, mel = normal(24, 1), normal(3, 1, 4, 6).requires_grad_()
    logits = mel.flatten(1) @ weight
    assert torch.allclose(r1_penalty([logits, 2 * logits], mel), 9 * weight.square().sum())
    assert torch.allclose(r1_penalty([logits.expand(3, 7)], mel), weight.square().sum())


def test_gradients_are_those_of_differences():
    mel = normal(2, 1, 2, 3).requires_grad_()

    def penalty(weight):
        return r1_penalty([torch.tanh(mel.flatten(1) @ weight)], mel)

    assert torch.autograd.gradcheck(penalty, normal(6, 1, seed=2).requires_grad_())
