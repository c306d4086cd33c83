"""How much speaks for a class in a clip: YAMNet's probabilities, corrected for what it believes of sounds at large.

Some classes YAMNet hears everywhere (Plop, Boing, Stomach rumble), others it hardly dares (Oink, Neigh). Dividing a class's
probability by a power of its background, its geometric mean over many unrelated sounds, makes classes comparable.
P patches, K classes.
"""

import csv
from collections.abc import Sequence
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

_BACKGROUND = resources.files("mkaudio.models.starter") / "background.csv"
_STRENGTH = 0.5
"""Power of the correction. Source: tests/benchmarks/class_background.py: on the train packages every step up to 1 names more
sounds rightly; half of it, since what is common among game sounds is not what is common everywhere."""


FLOOR = 1e-5
"""Below this a probability says nothing: YAMNet's smallest ones are noise."""


def pooled(posteriors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one probability a class: the mean of its mean and its highest, as what lasts and what is short both count.

    Args:
        posteriors: (P, K), 0 to 1.

    Returns:
        (K,), 0 to 1.
    """
    both: NDArray[np.float32] = (posteriors.mean(axis=0) + posteriors.max(axis=0)) / np.float32(2)
    return both


def agreed(hearings: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return one probability a class from several hearings of a clip: the geometric mean, high only where all are.

    Args:
        hearings: posteriors (P, K) of each hearing, 0 to 1; P may differ.

    Returns:
        (K,), above 0 to 1.
    """
    logs = np.stack([np.log(pooled(posteriors) + np.float32(FLOOR)) for posteriors in hearings])
    mean: NDArray[np.float32] = np.exp(logs.mean(axis=0))
    return mean


def class_evidence(
    hearings: Sequence[NDArray[np.float32]], classes: tuple[str, ...], untrusted: frozenset[str] = frozenset()
) -> NDArray[np.float32]:
    """Return how much speaks for each class in a clip; comparable between classes, no probability.

    Args:
        hearings: posteriors (P, K) of each hearing, 0 to 1.
        classes: K names.
        untrusted: classes for which nothing speaks, whatever YAMNet says.

    Returns:
        (K,), 0 or more.
    """
    return agreed(hearings) * _correction(classes, untrusted)


@cache
def _correction(classes: tuple[str, ...], untrusted: frozenset[str]) -> NDArray[np.float32]:
    background = background_of()
    return np.array([0.0 if name in untrusted else background[name] ** -_STRENGTH for name in classes], np.float32)


@cache
def background_of() -> dict[str, float]:
    """Return class → geometric mean of its pooled probability over unrelated sounds; not to be changed."""
    with _BACKGROUND.open(encoding="utf-8") as handle:
        return {row["class"]: float(row["background"]) for row in csv.DictReader(handle)}
