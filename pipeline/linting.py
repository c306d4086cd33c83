"""Candidates through the lint of prompts: mended ones go on, refused ones have their verdict and are never scored."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from mkaudio.prompts import lint
from mkaudio.shards import Candidate, Verdict

REFUSED = "refused"


def lint_all(candidates: Iterable[Candidate], linted: Container[str] = ()) -> list[Candidate | Verdict]:
    """Return a clip's candidates, each mended, or a verdict in the place of one that cannot be used.

    Args:
        candidates: as the experts proposed them.
        linted: names of experts whose captions are linted already.
    """
    return [candidate if candidate.expert in linted else _linted(candidate) for candidate in candidates]


def _linted(candidate: Candidate) -> Candidate | Verdict:
    linted = lint(candidate.text, candidate.language)
    if linted.refusal:
        return Verdict(candidate, None, None, REFUSED, linted.refusal)
    if linted.text == candidate.text:
        return candidate
    return replace(candidate, text=linted.text, proposed=candidate.text, mendings=linted.mendings)


def in_place(linted: Sequence[Candidate | Verdict], chosen: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return all verdicts of a clip in the order in which its candidates were proposed.

    Args:
        linted: what `lint_all` returned.
        chosen: verdicts on the candidates among them, in order.
    """
    verdicts = iter(chosen)
    return tuple(one if isinstance(one, Verdict) else next(verdicts) for one in linted)
