"""The learning rate: its corners in closed form, and PyTorch's own schedulers as the reference."""

import pytest
import torch

from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.schedule import height


def heights(**settings):
    config = TrainingConfig(max_steps=40, **settings)
    return [height(step, config) for step in range(1, 41)]


def test_it_rises_in_a_line_and_stays():
    assert heights(warm_up_steps=4)[:6] == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    assert set(heights()) == {1.0}


def test_the_cosine_is_pytorch_s():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    reference = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=30)
    wanted = []
    for _ in range(31):
        wanted.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        reference.step()
    assert heights(warm_up_steps=10, decay="cosine")[9:] == pytest.approx(wanted, abs=1e-12)


def test_a_warm_up_of_the_whole_training_divides_by_nothing():
    assert heights(warm_up_steps=40, decay="cosine")[-1] == 1.0
    assert height(90, TrainingConfig(max_steps=40, decay="cosine")) == 0.0
