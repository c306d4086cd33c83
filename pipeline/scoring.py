"""Scores of candidates against their clip, and of prompts against clips that are not theirs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SCORE_DECIMALS = 4
"""Scores are rounded, so that the last bits of a network decide nothing (DESIGN.md §2)."""


def cosine_scores(audio: NDArray[np.float32], texts: NDArray[np.float32]) -> list[float]:
    """Return the rounded cosine of one sound with each text.

    Summed in float64 without BLAS, so that a score does not depend on the number of texts beside it.

    Args:
        audio: unit vector (D,).
        texts: unit rows (N, D).
    """
    return [round(float(score), SCORE_DECIMALS) for score in np.einsum("nd,d->n", texts, audio, dtype=np.float64)]


def score_percentiles(
    audio: NDArray[np.float32], prompts: NDArray[np.float32], sources: Sequence[str]
) -> list[float | None]:
    """Return, for each clip, the share of mismatched clips of the shard that its prompt scores lower on.

    Scores of different scorers cannot be compared, their percentiles can. A clip of the same source is no mismatch.

    Args:
        audio: unit rows (N, D), one a clip.
        prompts: unit rows (N, D), each clip's prompt; a row of zeros where there is none.
        sources: each clip's source.

    Returns:
        0 to 1, rounded to 4 decimals; None where no other source is in the shard, or there is no prompt.
    """
    names = (
        np.unique(np.array(sources, dtype=object).astype(str), return_inverse=True)[1] if sources else np.zeros(0, int)
    )
    percentiles: list[float | None] = []
    for number, prompt in enumerate(prompts):
        mismatched = names != names[number]
        if not mismatched.any() or not prompt.any():
            percentiles.append(None)
            continue
        scores = np.round(np.einsum("nd,d->n", audio, prompt, dtype=np.float64), SCORE_DECIMALS)
        percentiles.append(round(float((scores[mismatched] < scores[number]).mean()), SCORE_DECIMALS))
    return percentiles
