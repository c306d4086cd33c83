"""Several sounds for each prompt, the best first. B sounds of a forward, N candidates, T samples."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mkaudio.models.generation.seeds import candidate_seed
from mkaudio.models.generation.sound_out import within_full_scale

Make = Callable[[Sequence[int], Sequence[int]], NDArray[np.float32]]
"""(numbers of B prompts, B seeds) → sounds (B, T)."""
Scorer = Callable[[Sequence[NDArray[np.float32]], str], Sequence[float]]
"""(N sounds (T,), text) → a score of each, higher is better."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One of several sounds for a prompt.

    Args:
        number: from 0.
        seed: what it was made with.
        sound: (T,), within full scale.
        score: how well it is what the prompt says; None: nobody asked.
    """

    number: int
    seed: int
    sound: NDArray[np.float32]
    score: float | None = None


def candidates(
    make: Make, texts: Sequence[str], seed: int, n_candidates: int, batch_size: int, scorer: Scorer | None = None
) -> Iterator[list[Candidate]]:
    """Make the candidates of each prompt. Held are those of a prompt and of one forward.

    Args:
        make: makes sounds; a forward may be of several prompts.
        texts: the prompts.
        seed: of all; see `candidate_seed`.
        n_candidates: N.
        batch_size: B at most.
        scorer: ranks them; None: they stay in the order of their numbers.

    Yields:
        The N of each prompt, the best first.

    Raises:
        ValueError: N or B is below 1.
    """
    if n_candidates < 1 or batch_size < 1:
        raise ValueError(f"n_candidates {n_candidates}, batch_size {batch_size}: at least 1")
    wanted = [(prompt, number) for prompt in range(len(texts)) for number in range(n_candidates)]
    waiting: list[Candidate] = []
    for start in range(0, len(wanted), batch_size):
        group = wanted[start : start + batch_size]
        seeds = [candidate_seed(seed, prompt, number) for prompt, number in group]
        sounds = make([prompt for prompt, _ in group], seeds)
        for (prompt, number), own, sound in zip(group, seeds, sounds, strict=True):
            waiting.append(Candidate(number, own, within_full_scale(sound)))  # the scorer hears what is written
            if number == n_candidates - 1:
                yield ranked(waiting, texts[prompt], scorer) if scorer else waiting
                waiting = []


def ranked(some: Sequence[Candidate], text: str, scorer: Scorer) -> list[Candidate]:
    """Return candidates with their scores, the best first; ties fall to the lower number.

    Args:
        some: candidates of one prompt.
        text: the prompt.
        scorer: scores them.

    Raises:
        ValueError: a score is no number, or there is not one for each.
    """
    scores = [float(score) for score in scorer([one.sound for one in some], text)]
    if len(scores) != len(some) or not np.isfinite(scores).all():
        raise ValueError(f"{text!r}: the scorer gave {scores} for {len(some)} sounds")
    scored = [replace(one, score=score) for one, score in zip(some, scores, strict=True)]
    return sorted(scored, key=lambda one: (-float(one.score or 0.0), one.number))
