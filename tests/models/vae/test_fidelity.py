"""Measures of a reconstruction: sums over real frames only, in closed form."""

import math

import pytest
import torch

from mkaudio.models.vae.fidelity import high_frequency_energy, log_mel_l1


def mels(rows=3, seed=0):
    return torch.randn(rows, 1, 5, 12, generator=torch.Generator().manual_seed(seed))


def test_only_real_frames_count():
    real, made, n_frames = mels(), mels(seed=1), torch.tensor([12, 7, 0])
    total, count = log_mel_l1(real, made, n_frames).tolist()
    wanted = (real[0] - made[0]).abs().sum() + (real[1] - made[1])[..., :7].abs().sum()
    assert count == 5 * 19 and total == pytest.approx(wanted.item(), rel=1e-6)
    made[1, ..., 7:], made[2] = float("nan"), float("inf")
    assert log_mel_l1(real, made, n_frames).tolist() == [total, count]
    assert high_frequency_energy(made, n_frames)[0].isfinite()


def test_sums_of_parts_are_those_of_the_whole():
    real, made, n_frames = mels(), mels(seed=1), torch.tensor([12, 7, 3])
    parts = [log_mel_l1(real[i : i + 1], made[i : i + 1], n_frames[i : i + 1]) for i in range(3)]
    assert torch.allclose(sum(parts), log_mel_l1(real, made, n_frames))
    assert log_mel_l1(real[:0], made[:0], n_frames[:0]).tolist() == [0.0, 0.0]


def test_a_ripples_energy_is_in_closed_form():
    """Mean of (cos(w(n+1)) - cos(wn))² over whole periods: 2 sin²(w/2)."""
    for period in (4, 6, 12):
        w = 2 * math.pi / period
        ripple = torch.cos(w * torch.arange(61.0)).expand(1, 1, 5, 61)
        total, count = high_frequency_energy(ripple, torch.tensor([61])).tolist()
        assert count == 5 * 60 and total / count == pytest.approx(2 * math.sin(w / 2) ** 2, rel=1e-4)


def test_a_blurred_mel_has_less():
    mel, n_frames = mels(), torch.full((3,), 12)
    blurred = torch.nn.functional.avg_pool2d(mel, 3, 1, 1)
    assert high_frequency_energy(blurred, n_frames)[0] < 0.3 * high_frequency_energy(mel, n_frames)[0]
    assert high_frequency_energy(mel, torch.tensor([1, 0, 1])).tolist() == [0.0, 0.0]
