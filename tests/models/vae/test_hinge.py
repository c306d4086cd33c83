"""The hinge at its corners and slopes, by hand."""

import pytest
import torch

from mkaudio.models.vae.hinge import discriminator_hinge, generator_hinge


def column(*values):
    return torch.tensor(values, dtype=torch.float64)[:, None].requires_grad_()


@pytest.mark.parametrize(
    ("real", "fake", "loss", "of_real", "of_fake"),
    [
        (0.0, 0.0, 1.0, -0.5, 0.5),
        (2.0, -2.0, 0.0, 0.0, 0.0),
        (0.5, -0.5, 0.5, -0.5, 0.5),
        (-3.0, -1.5, 2.0, -0.5, 0.0),
        (1.5, 3.0, 2.0, 0.0, 0.5),
    ],
)
def test_the_discriminators_loss_and_slopes(real, fake, loss, of_real, of_fake):
    real, fake = column(real), column(fake)
    found = discriminator_hinge([real], [fake])
    found.backward()
    assert (found.item(), real.grad.item(), fake.grad.item()) == (loss, of_real, of_fake)


def test_just_at_the_corners_nothing_is_left():
    assert discriminator_hinge([column(1.0)], [column(-1.0)]).item() == 0


def test_the_generators_loss_is_the_mean_logit_turned():
    fake = column(1.0, -3.0, 5.0)
    found = generator_hinge([fake])
    found.backward()
    assert found.item() == -1.0 and fake.grad.flatten().tolist() == pytest.approx([-1 / 3] * 3)


def test_every_window_counts_alike_whatever_its_number_of_logits():
    few, many = column(2.0), torch.zeros(1, 9, dtype=torch.float64)
    assert generator_hinge([few, many]).item() == -1.0
    assert discriminator_hinge([few, many], [column(-2.0), many]).item() == 0.5
