"""Scores of candidates against their clip, and against clips that are not theirs. N clips, K texts, D dimensions."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SCORE_DECIMALS = 4
"""Scores are rounded, so that the last bits of a network decide nothing (DESIGN.md §2)."""
_BLOCK_TEXTS = 1024
"""Texts whose scores are in memory at a time: 4 MB in a shard of 512 clips."""


def cosine_scores(audio: NDArray[np.float32], texts: NDArray[np.float32]) -> list[float]:
    """Return the rounded cosine of one sound with each text.

    Summed in float64 without BLAS, so that a score does not depend on the number of texts beside it.

    Args:
        audio: unit vector (D,).
        texts: unit rows (K, D).
    """
    return [round(float(score), SCORE_DECIMALS) for score in np.einsum("nd,d->n", texts, audio, dtype=np.float64)]


def score_percentiles(
    audio: NDArray[np.float32],
    sources: Sequence[str],
    texts: NDArray[np.float32],
    of_clip: Sequence[int],
    of_text: Sequence[int],
    scores: Sequence[float | None],
) -> list[float | None]:
    """Return, for each candidate, the share of mismatched clips of the shard that its text scores lower on.

    Scores of different scorers cannot be compared, their percentiles can. A clip of the same source is no mismatch.

    Args:
        audio: unit rows (N, D), one a clip.
        sources: each clip's source, N of them.
        texts: unit rows (K, D), each different text of the shard once.
        of_clip: each candidate's clip, 0 to N - 1.
        of_text: each candidate's text, 0 to K - 1.
        scores: each candidate's on its own clip, rounded; None where it has none.

    Returns:
        0 to 1 a candidate, rounded to 4 decimals; None where it has no score, or no other source is in the shard.
    """
    percentiles: list[float | None] = [None] * len(scores)
    source_of = (
        np.unique(np.array(sources, dtype=object).astype(str), return_inverse=True)[1] if sources else np.zeros(0)
    )
    heard = np.asarray(audio, np.float64)
    candidates_of: dict[int, list[int]] = {}
    for candidate, text in enumerate(of_text):
        candidates_of.setdefault(text, []).append(candidate)
    for start in range(0, len(texts), _BLOCK_TEXTS):
        block = np.asarray(texts[start : start + _BLOCK_TEXTS], np.float64)
        # not @: BLAS sums in an order that depends on its threads (`cosine_scores` gives the same to the last bit)
        on_clips = np.round(np.einsum("kd,nd->kn", block, heard), SCORE_DECIMALS)
        for text, row in enumerate(on_clips, start):
            for candidate in candidates_of.get(text, ()):
                mismatched = row[source_of != source_of[of_clip[candidate]]]
                score = scores[candidate]
                if score is not None and len(mismatched):
                    percentiles[candidate] = round(float((mismatched < score).mean()), SCORE_DECIMALS)
    return percentiles
