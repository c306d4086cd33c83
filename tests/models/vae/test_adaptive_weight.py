"""The adaptive weight is the ratio of two gradients, by hand."""

import pytest
import torch
import torch.distributed

from mkaudio.models.vae.adaptive_weight import adaptive_weight


def ratio(of_nll, of_adversarial):
    layer = torch.ones(4, requires_grad=True)
    return adaptive_weight((layer * torch.tensor(of_nll)).sum(), (layer * torch.tensor(of_adversarial)).sum(), layer)


def test_it_is_the_ratio_of_the_gradients_lengths():
    found = ratio([3.0, 0.0, 4.0, 0.0], [0.0, -2.0, 0.0, 0.0])
    assert found.item() == pytest.approx(5 / 2.0001) and not found.requires_grad
    assert ratio([0.0] * 4, [1.0] * 4).item() == 0.0


def test_a_generator_without_slope_weighs_no_more_than_ten_thousand():
    assert ratio([1.0] * 4, [0.0] * 4).item() == 1e4
    assert ratio([1e-3, 0.0, 0.0, 0.0], [0.0] * 4).item() == pytest.approx(10)


def test_it_leaves_the_graph_and_the_gradients_alone():
    layer = torch.ones(2, requires_grad=True)
    nll, adversarial = layer.square().sum(), layer.sum()
    adaptive_weight(nll, adversarial, layer)
    assert layer.grad is None
    (nll + adversarial).backward()
    assert layer.grad.tolist() == [3.0, 3.0]


def test_processes_share_the_means_of_their_gradients(monkeypatch):
    """Another process with the gradients (1, 0, 0, 0) and (0, 0, 0, 2)."""
    others = torch.tensor([[1.0, 0, 0, 0], [0, 0, 0, 2.0]])
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "all_reduce", lambda one: one.add_(others))
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    found = ratio([3.0, 3.0, 0.0, 0.0], [2.0, 0.0, 0.0, 0.0]).item()
    assert found == pytest.approx(2.5 / (2**0.5 + 1e-4))
