"""The ridge against its definition, and a choice that never hears the package it judges."""

import numpy as np
import pytest

from mkaudio.models.starter import head_training
from mkaudio.models.starter.head_training import Lesson, choose, fit, ranks_with


def lesson(seed=0, n=60, n_labels=6, n_features=12, packages=("a", "b", "c")):
    """Sounds whose features tell the label exactly, under a bridge that says nothing."""
    rng = np.random.default_rng(seed)
    right = np.concatenate([np.arange(n_labels), rng.integers(0, n_labels, n - n_labels)])
    texts = unit(rng.standard_normal((n_labels, 384))).astype(np.float32)
    features = rng.standard_normal((n_labels, n_features))[right] + 0.1 * rng.standard_normal((n, n_features))
    bridge = unit(rng.standard_normal((n, 384))).astype(np.float32)
    return Lesson(
        features.astype(np.float32), bridge, texts, right, np.array([packages[i % len(packages)] for i in range(n)])
    )


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_fit_is_the_ridge_that_it_says():
    one, alpha, share = lesson(), 0.7, 0.6
    weight, bias = fit(one, alpha, share)
    inputs = one.features.astype(np.float64)
    spread = (inputs.std(axis=0) + 1e-3) * np.sqrt(inputs.shape[1])
    standard = (inputs - inputs.mean(axis=0)) / spread
    target = unit((1 - share) * one.bridge + share * one.texts[one.right])
    centred = target - target.mean(axis=0)
    # at the ridge's answer the gradient of |XW - Y|² + alpha |W|² is zero
    solved = weight.astype(np.float64) * spread[:, None]
    gradient = standard.T @ (standard @ solved - centred) + alpha * solved
    assert np.abs(gradient).max() < 1e-5 < np.abs(standard.T @ centred).max()
    assert np.allclose(inputs.mean(axis=0) @ weight + bias, target.mean(axis=0), atol=1e-5)


def test_a_head_finds_what_the_bridge_does_not_tell():
    train, val = lesson(), lesson()
    weight, bias = fit(train, 0.1, 0.9)
    assert ranks_with(val, weight, bias, 0.0).of_sounds.mean() > 1
    assert ranks_with(val, weight, bias, 9.0).of_sounds.mean() < 0.1


def test_a_package_is_judged_by_heads_of_the_others(monkeypatch):
    heard, judged = [], []
    fit_, ranks_with_ = head_training.fit, head_training.ranks_with
    monkeypatch.setattr(head_training, "fit", lambda one, *rest: (heard.append(set(one.packages)), fit_(one, *rest))[1])
    monkeypatch.setattr(
        head_training,
        "ranks_with",
        lambda one, *rest: (judged.append((set(one.packages), heard[-1])), ranks_with_(one, *rest))[1],
    )
    choice, means = choose(lesson())
    assert {frozenset(own) for own, _ in judged} == {frozenset(name) for name in "abc"}
    assert all(own | others == {"a", "b", "c"} and not own & others for own, others in judged)
    assert means[choice] == min(means.values()) and len(means) == 4 * 3 * 4


def test_one_package_cannot_be_left_out():
    with pytest.raises(ValueError, match="two or more"):
        choose(lesson(packages=("a",)))


def test_a_resample_is_of_the_same_sounds_and_repeats():
    one = lesson()
    same, other = one.resampled(1), one.resampled(2)
    assert np.array_equal(same.features, one.resampled(1).features) and not np.array_equal(
        same.features, other.features
    )
    for row, label in zip(same.features, same.texts[same.right], strict=True):
        (at,) = np.flatnonzero((one.features == row).all(axis=1))
        assert np.array_equal(label, one.texts[one.right[at]])
