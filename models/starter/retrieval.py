"""How well sounds and texts find each other: ranks both ways, recall, and paired bootstrap intervals.

N sounds, M texts, each sound with one right text and each text with at least one sound; D dimensions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CUTS = (1, 5, 10)
_RESAMPLES, _SEED = 10_000, 20


@dataclass(frozen=True)
class Ranks:
    """How many wrong answers stand before the right one, 0 where none does.

    Args:
        of_sounds: (N,) sound to text: before its right text.
        of_texts: (M,) text to sound: before the first of its sounds.
    """

    of_sounds: NDArray[np.int64]
    of_texts: NDArray[np.int64]

    @property
    def mean_log(self) -> float:
        """Mean of ln(1 + rank), both ways alike: lower is better, and near ranks count more than far ones."""
        return float(np.log1p(self.of_sounds).mean() + np.log1p(self.of_texts).mean()) / 2


def ranks(sounds: NDArray[np.float32], texts: NDArray[np.float32], right: NDArray[np.int64]) -> Ranks:
    """Rank by cosine; a wrong answer that scores the same as the right one stands before it.

    Args:
        sounds: (N, D).
        texts: (M, D).
        right: (N,) number of each sound's right text.

    Returns:
        Both ways.

    Raises:
        ValueError: a text has no sound.
    """
    if len(np.unique(right)) != len(texts):
        raise ValueError(f"{len(texts)} texts, of which {len(np.unique(right))} have a sound: each needs one")
    scores = _unit(sounds) @ _unit(texts).T
    own = scores[np.arange(len(right)), right]
    of_sounds = (scores >= own[:, None]).sum(axis=1) - 1
    of_texts = [
        int((scores[right != text, text] >= scores[right == text, text].max()).sum()) for text in range(len(texts))
    ]
    return Ranks(of_sounds, np.array(of_texts))


def recall_at(cut: int, of_one: NDArray[np.int64]) -> float:
    """Return the share whose right answer is among the first `cut`."""
    return float((of_one < cut).mean())


def gain_at(cut: int, before: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[float, float, float]:
    """Compare two spaces on the same queries.

    Args:
        cut: answers that count.
        before: ranks in the one.
        after: ranks in the other, of the same queries.

    Returns:
        Gain in recall, and its 95 % interval by paired bootstrap over queries.
    """
    gain = (after < cut).astype(float) - (before < cut)
    rng = np.random.default_rng(_SEED)
    means = gain[rng.integers(0, len(gain), (_RESAMPLES, len(gain)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(gain.mean()), float(low), float(high)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit
