"""Which candidate becomes the prompt: the best score; ties fall to expert order, then to candidate order."""

from collections.abc import Sequence

from mkaudio.shards import Candidate, Verdict

KEPT = "kept"
LOST = "lost"


def choose(candidates: Sequence[Candidate], scores: Sequence[float]) -> tuple[Verdict, ...]:
    """Rank the candidates of a clip.

    Args:
        candidates: in expert order, then each expert's own order.
        scores: one a candidate.

    Returns:
        A verdict a candidate, in the given order; rank 0 is the prompt. A text that an earlier expert proposed as
        well loses to it with reason "same_text".
    """
    order = sorted(range(len(candidates)), key=lambda number: (-scores[number], number))
    rank_of = {number: rank for rank, number in enumerate(order)}
    seen: set[str] = set()
    verdicts = []
    for number, (candidate, score) in enumerate(zip(candidates, scores, strict=True)):
        best = rank_of[number] == 0
        reason = "best_score" if best else "same_text" if candidate.text in seen else "lower_score"
        seen.add(candidate.text)
        verdicts.append(Verdict(candidate, score, rank_of[number], KEPT if best else LOST, reason))
    return tuple(verdicts)
