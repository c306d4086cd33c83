"""Which candidate becomes the prompt. One rule decides in distill and in `mkaudio select`.

A candidate that the rule leaves out is out whatever else is there; of the rest the best score wins, the experts' priors
added. Ties fall to expert order, then to candidate order, which is the order in which candidates stand.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from mkaudio.shards import Candidate, Verdict

KEPT = "kept"
LOST = "lost"
LABELS = "labels"
"""The expert that says what lay beside the sound."""
_PRIOR_DECIMALS = 9
"""Scores have four, so that 0.1 + 0.2 and 0.3 are a tie."""


class Line(NamedTuple):
    """What a rule looks at of a candidate; `holds` is whether its SQL condition does."""

    expert: str
    text: str
    n_events: int
    score: float | None
    percentile: float | None = None
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """How a prompt is chosen; the default takes the best score of every clip.

    Args:
        min_score: lowest score.
        min_percentile: lowest `score_percentile`, 0 to 1; a candidate that has none is left out.
        relative_to_label: lowest score above the best one of the clip's `labels` candidates, which may be below 0; says
            nothing of clips without one.
        top_k: most prompts of a clip, all of different text.
        priors: expert and what is added to its scores for choosing only, sorted by expert.
        experts: whose candidates may be chosen; all where empty.
        max_events: most sound events that a text names; 0 events is unknown, and stays.
        where: an SQL condition over the columns of candidate and clip; "" has none.
    """

    min_score: float | None = None
    min_percentile: float | None = None
    relative_to_label: float | None = None
    top_k: int = 1
    priors: tuple[tuple[str, float], ...] = ()
    experts: tuple[str, ...] = ()
    max_events: int | None = None
    where: str = ""

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            ValueError: one of them makes no sense.
        """
        numbers = {"--min-score": self.min_score, "--relative-to-label": self.relative_to_label}
        for option, number in (*numbers.items(), *((f"--prior {expert}", bonus) for expert, bonus in self.priors)):
            if number is not None and not math.isfinite(number):
                raise ValueError(f"{option} {number}: a number")
        if self.min_percentile is not None and not 0 <= self.min_percentile <= 1:
            raise ValueError(f"--min-percentile {self.min_percentile}: 0 to 1")
        if self.top_k < 1:
            raise ValueError(f"--top-k {self.top_k}: at least 1")
        if self.max_events is not None and self.max_events < 1:
            raise ValueError(f"--max-events {self.max_events}: at least 1")
        if self.priors != tuple(sorted(dict(self.priors).items())) or self.experts != tuple(sorted({*self.experts})):
            raise ValueError("--prior, --experts: each expert once")

    def as_dict(self) -> dict[str, Any]:
        """Return the rule as the plain values that a JSON file gives back."""
        return asdict(self) | {"priors": dict(self.priors), "experts": list(self.experts)}


def best_first(lines: Sequence[Line], rule: Rule) -> list[int]:
    """Return the numbers of the candidates of a clip that a rule may choose, the best first.

    Args:
        lines: in expert order, then each expert's own order.
        rule: what may be chosen.
    """
    lowest = -math.inf if rule.min_score is None else rule.min_score
    if rule.relative_to_label is not None:
        labelled = [line.score for line in lines if line.expert == LABELS and line.score is not None]
        if labelled:  # rounded as a score is, or 0.7 - 0.1 would keep out a score of 0.6
            lowest = max(lowest, round(max(labelled) + rule.relative_to_label, _PRIOR_DECIMALS))
    priors = dict(rule.priors)
    ranked = []
    for number, (expert, _, n_events, score, percentile, holds) in enumerate(lines):
        if score is None or not holds or score < lowest or (rule.experts and expert not in rule.experts):
            continue
        if rule.max_events is not None and n_events > rule.max_events:
            continue
        if rule.min_percentile is not None and (percentile is None or percentile < rule.min_percentile):
            continue
        ranked.append((-round(score + priors.get(expert, 0.0), _PRIOR_DECIMALS), number))
    return [number for _, number in sorted(ranked)]


def chosen(lines: Sequence[Line], order: Sequence[int], top_k: int) -> list[int]:
    """Return the first candidates of an order that differ in text.

    Args:
        lines: a clip's candidates.
        order: from `best_first`.
        top_k: how many at most.
    """
    first: dict[str, int] = {}
    for number in order:
        first.setdefault(lines[number].text, number)
        if len(first) == top_k:
            break
    return list(first.values())


def choose(
    candidates: Sequence[Candidate], scores: Sequence[float | None], max_events: int | None = None
) -> tuple[Verdict, ...]:
    """Rank the candidates of a clip.

    Args:
        candidates: in expert order, then each expert's own order.
        scores: one a candidate; None where it is not to be chosen.
        max_events: a candidate that names more is not to be chosen.

    Returns:
        A verdict a candidate, in the given order; rank 0 is the prompt. A text that an earlier expert proposed as
        well loses to it with reason "same_text".
    """
    lines = lines_of(candidates, scores)
    rank_of = {number: rank for rank, number in enumerate(best_first(lines, Rule(max_events=max_events)))}
    seen: set[str] = set()
    verdicts = []
    for number, (candidate, score) in enumerate(zip(candidates, scores, strict=True)):
        rank = rank_of.get(number)
        if rank is None:
            reason = "not_scored" if score is None else "too_many_events"
        else:
            reason = "best_score" if rank == 0 else "same_text" if candidate.text in seen else "lower_score"
            seen.add(candidate.text)
        verdicts.append(Verdict(candidate, score, rank, KEPT if rank == 0 else LOST, reason))
    return tuple(verdicts)


def lines_of(candidates: Sequence[Candidate], scores: Sequence[float | None]) -> list[Line]:
    """Return what a rule looks at while a clip is distilled.

    Args:
        candidates: of a clip.
        scores: one a candidate.
    """
    return [
        Line(candidate.expert, candidate.text, candidate.n_events, score)
        for candidate, score in zip(candidates, scores, strict=True)
    ]


def is_selected(verdicts: Sequence[Verdict], rule: Rule) -> bool:
    """Say whether distill's own selection has a clip.

    Args:
        verdicts: of the clip's candidates.
        rule: of the run.
    """
    lines = lines_of([verdict.candidate for verdict in verdicts], [verdict.score for verdict in verdicts])
    return bool(best_first(lines, rule))
