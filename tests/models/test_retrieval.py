"""Ranks and recall against a loop that sorts, and intervals that know a difference from none."""

import numpy as np
import pytest

from mkaudio.models.starter.retrieval import gain_at, ranks, recall_at


def by_sorting(sounds, texts, right):
    scores = [[s @ t / np.linalg.norm(s) / np.linalg.norm(t) for t in texts] for s in sounds]
    of_sounds = [
        sorted(range(len(texts)), key=lambda t: -row[t]).index(own) for row, own in zip(scores, right, strict=True)
    ]
    of_texts = []
    for text in range(len(texts)):
        order = sorted(range(len(sounds)), key=lambda s: -scores[s][text])
        of_texts.append(next(place for place, sound in enumerate(order) if right[sound] == text))
    return of_sounds, of_texts


def test_ranks_agree_with_sorting():
    rng = np.random.default_rng(5)
    sounds, texts = rng.standard_normal((40, 6)), rng.standard_normal((9, 6))
    right = np.concatenate([np.arange(9), rng.integers(0, 9, 31)])
    found = ranks(sounds, texts, right)
    of_sounds, of_texts = by_sorting(sounds, texts, right)
    assert found.of_sounds.tolist() == of_sounds and found.of_texts.tolist() == of_texts
    assert found.mean_log == pytest.approx((np.mean(np.log1p(of_sounds)) + np.mean(np.log1p(of_texts))) / 2)


def test_a_tie_is_no_hit():
    same = np.ones((2, 3))
    found = ranks(same, same, np.array([0, 1]))
    assert found.of_sounds.tolist() == [1, 1] and found.of_texts.tolist() == [1, 1]


def test_recall():
    assert recall_at(5, np.array([0, 4, 5, 9])) == 0.5


def test_an_interval_holds_zero_where_nothing_differs_and_not_where_it_does():
    before, rng = np.arange(100), np.random.default_rng(0)
    assert gain_at(5, before, before) == (0.0, 0.0, 0.0)
    gain, low, high = gain_at(5, before, np.maximum(before - 40, 0))
    half = 1.96 * (0.4 * 0.6 / 100) ** 0.5  # of a share, by the normal law
    assert gain == pytest.approx(0.4)
    assert [low, high] == pytest.approx([0.4 - half, 0.4 + half], abs=0.015)
    _, low, high = gain_at(50, before, rng.permutation(before))
    assert low < 0 < high


def test_a_text_without_a_sound_is_refused():
    with pytest.raises(ValueError, match="each needs one"):
        ranks(np.ones((2, 3)), np.ones((2, 3)), np.array([0, 0]))
