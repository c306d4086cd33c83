"""Training the head: a ridge in closed form, its settings chosen by leaving out one training package after the other.

The target of a sound is unit((1 - m) bridge + m text of its label): towards what a person called it, from where it stands.
N sounds, M labels, E features, D = 384 dimensions.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.models.starter.retrieval import Ranks, ranks

ALPHAS = (0.125, 0.5, 2.0, 8.0)
LABEL_SHARES = (0.3, 0.6, 0.9)
STRENGTHS = (0.7, 1.5, 3.0, 6.0)


@dataclass(frozen=True)
class Choice:
    """Settings of a head: the ridge's alpha, the label's share in the target, and the residual's strength."""

    alpha: float
    label_share: float
    strength: float


@dataclass(frozen=True)
class Lesson:
    """Sounds to learn from.

    Args:
        features: (N, E).
        bridge: (N, 384) unit vectors in the starter space.
        texts: (M, 384) unit vectors of the labels.
        right: (N,) the number of each sound's label.
        packages: (N,) name of each sound's package.
    """

    features: NDArray[np.float32]
    bridge: NDArray[np.float32]
    texts: NDArray[np.float32]
    right: NDArray[np.int64]
    packages: NDArray[np.str_]

    def part(self, chosen: NDArray[np.int64]) -> "Lesson":
        """Return some of the sounds (numbers, which may repeat) with the labels that they have."""
        labels, right = np.unique(self.right[chosen], return_inverse=True)
        return Lesson(
            self.features[chosen], self.bridge[chosen], self.texts[labels], right.reshape(-1), self.packages[chosen]
        )

    def resampled(self, seed: int) -> "Lesson":
        """Return as many sounds drawn with replacement: a head of it shows how much a head owes to chance."""
        return self.part(np.random.default_rng(seed).integers(0, len(self.right), len(self.right)))


def fit(lesson: Lesson, alpha: float, label_share: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Solve the ridge on standardised features, and fold their mean and spread into the answer.

    Args:
        lesson: what is learnt from.
        alpha: of the ridge, for features of mean square 1 / E.
        label_share: of the label in the target.

    Returns:
        weight (E, 384) and bias (384,).
    """
    mean = lesson.features.mean(axis=0, dtype=np.float64)
    spread = lesson.features.std(axis=0, dtype=np.float64) + 1e-3  # a feature that never fires stays near zero
    scale = 1.0 / (spread * np.sqrt(lesson.features.shape[1]))
    inputs = (lesson.features - mean) * scale
    target = (1 - label_share) * lesson.bridge.astype(np.float64) + label_share * lesson.texts[lesson.right]
    target /= np.maximum(np.linalg.norm(target, axis=1, keepdims=True), 1e-12)
    centre = target.mean(axis=0)
    gram = inputs.T @ inputs + alpha * np.eye(inputs.shape[1])
    weight = np.linalg.solve(gram, inputs.T @ (target - centre)) * scale[:, None]
    return weight.astype(np.float32), (centre - mean @ weight).astype(np.float32)


def ranks_with(lesson: Lesson, weight: NDArray[np.float32], bias: NDArray[np.float32], strength: float) -> Ranks:
    """Judge a head on sounds: how they and their labels find each other with it.

    Args:
        lesson: the sounds.
        weight: of the head.
        bias: of the head.
        strength: of the residual; 0 judges the bridge alone.
    """
    return ranks(lesson.bridge + strength * (lesson.features @ weight + bias), lesson.texts, lesson.right)


def choose(lesson: Lesson) -> tuple[Choice, dict[Choice, float]]:
    """Choose the settings: each training package is judged by heads of all others, every package counts alike.

    Args:
        lesson: all training sounds.

    Returns:
        The best settings, and for all of them the mean over packages of `Ranks.mean_log`.

    Raises:
        ValueError: there are fewer than two packages.
    """
    packages = np.unique(lesson.packages)
    if len(packages) < 2:
        raise ValueError(
            f"{len(packages)} training package(s): needed are two or more, to judge on what was not learnt"
        )
    found: dict[Choice, list[float]] = {}
    for package in packages:
        own, others = (lesson.part(np.flatnonzero(test)) for test in _split(lesson, package))
        for alpha, share in itertools.product(ALPHAS, LABEL_SHARES):
            weight, bias = fit(others, alpha, share)
            for strength in STRENGTHS:
                judged = ranks_with(own, weight, bias, strength).mean_log
                found.setdefault(Choice(alpha, share, strength), []).append(judged)
    means = {choice: float(np.mean(of_packages)) for choice, of_packages in found.items()}
    return min(means, key=lambda choice: means[choice]), means


def _split(lesson: Lesson, package: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    own = lesson.packages == package
    return own, ~own
