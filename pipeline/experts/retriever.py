"""The `retriever` expert: the captions of a bank that lie nearest to the sound in the scorer's space, of different events.

N captions in the bank, G groups of captions that name the same events, D dimensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.pipeline.experts.supported import bears_out, is_heard, level_claim
from mkaudio.pipeline.scoring import SCORE_DECIMALS
from mkaudio.prompts import BankCaption, ancestors, bank_fingerprint, is_a
from mkaudio.shards import Candidate

_RECIPE = "4"
"""Raise it when another caption would be retrieved from the same bank."""
PHRASING_MARGIN = 0.25
"""Captions of the same events whose scores lie within so much of the best are as good, and the clip's seed draws one. On the
train packages truth hardly changes with it (.299, .302, .299, .296 at 0.05, 0.1, 0.15, 0.25; .277 at 0.4), while the most
frequent of the captions that score best falls from 3.3 to 1.6 % of all clips."""
PAIR_MARGIN = 0.05
"""By so much a caption of two events must beat every caption of one. On the train packages truth is .294 with no margin,
.296 with this one and .297 without pairs, which then are 3, 0.5 and 0 % of the captions."""
SAME_COSINE = 0.75
"""Above it two captions of unknown events count as the same thing. Of our bank, where they are known, two captions of one class
have a median cosine of .81, and 99.9 % of those of unrelated classes less than .68."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Captions of the same events, by their places in the bank; those that claim nothing more stand first."""

    events: tuple[str, ...]
    plain: tuple[int, ...]
    claiming: tuple[int, ...]


class RetrieverExpert:
    """Proposes the nearest captions of a bank, at most one of each event.

    The search is exact. At most one caption of two events is proposed, and one that claims more than its events only
    where the clip bears it out.

    Args:
        bank: N captions.
        vectors: their rows (N, D) in the scorer's space.
        top_k: candidates a clip.
    """

    name = "retriever"

    def __init__(self, bank: tuple[BankCaption, ...], vectors: NDArray[np.float32], top_k: int = 3) -> None:
        self._bank, self._vectors, self._top_k = bank, vectors, top_k
        self._version = retriever_fingerprint(bank)
        places: dict[tuple[str, ...] | int, list[int]] = {}
        for number, caption in enumerate(bank):
            places.setdefault(caption.events or number, []).append(number)
        self._groups = [self._group(members) for members in places.values()]
        self._by_events = {group.events: group for group in self._groups if group.events}
        self._order = np.array([number for group in self._groups for number in group.plain or group.claiming])
        sizes = [len(group.plain or group.claiming) for group in self._groups]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._pairs = np.array([len(group.events) > 1 for group in self._groups])

    def fingerprint(self) -> str:
        """Return the hash of the bank and of how it is searched."""
        return self._version

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return the nearest captions of each clip, nearest first.

        Args:
            clips: B clips.
        """
        return [self._nearest(clip) for clip in clips]

    def _nearest(self, clip: HeardClip) -> list[Candidate]:
        scores = np.round(np.einsum("nd,d->n", self._vectors, clip.audio_embedding), SCORE_DECIMALS)
        of_groups = np.maximum.reduceat(scores[self._order], self._starts)
        singles = np.argsort(np.where(self._pairs, np.inf, -of_groups), kind="stable")[: np.count_nonzero(~self._pairs)]
        bar = of_groups[singles[0]] + np.float32(PAIR_MARGIN) if len(singles) else -np.inf
        pair = self._best_pair(clip, of_groups, bar)
        level, drawn = level_claim(clip), list[int]()
        for number in singles.tolist():
            if len(drawn) == self._top_k - (pair is not None):
                break
            if not any(self._same(self._first_of(number), one) for one in drawn):
                drawn.append(self._draw(clip, self._family(clip, number, drawn), scores, level))
        if pair is not None:
            drawn.insert(0, self._draw(clip, [self._groups[pair]], scores, level))
        chosen = [self._bank[number] for number in drawn]
        return [Candidate(self.name, self._version, caption.text, caption.n_events) for caption in chosen]

    def _best_pair(self, clip: HeardClip, of_groups: NDArray[np.float32], bar: float) -> int | None:
        """Return the best group of two events that beats the bar and of which the clip bears out some caption."""
        able = np.flatnonzero(self._pairs & (of_groups >= bar))
        for number in able[np.argsort(-of_groups[able], kind="stable")].tolist():
            group = self._groups[number]
            if any(bears_out(clip, group.events, self._bank[member].claim) for member in group.claiming):
                return int(number)
        return None

    def _family(self, clip: HeardClip, number: int, drawn: list[int]) -> list[_Group]:
        """Return a group and, where its class is not sure, those of the classes above, but for what holds for one drawn."""
        group = self._groups[number]
        if len(group.events) != 1 or is_heard(clip, group.events[0]):
            return [group]
        before = [name for one in drawn for name in self._bank[one].events]
        free = [name for name in ancestors(group.events[0]) if not any(is_a(one, name) for one in before)]
        return [group, *(self._by_events[(name,)] for name in free if (name,) in self._by_events)]

    def _draw(self, clip: HeardClip, family: list[_Group], scores: NDArray[np.float32], level: str) -> int:
        """Draw one of the captions that the clip bears out and that score nearly as well as the best of them."""
        able = [number for group in family for number in group.plain]
        for group in family:
            for number in group.claiming:
                claim = self._bank[number].claim
                if claim == level or (claim not in ("soft", "loud") and bears_out(clip, group.events, claim)):
                    able.append(number)
        best = max(scores[number] for number in able)
        near = [number for number in able if scores[number] >= best - np.float32(PHRASING_MARGIN)]
        return near[clip.seed % len(near)]

    def _first_of(self, number: int) -> int:
        group = self._groups[number]
        return (group.plain or group.claiming)[0]

    def _same(self, one: int, other: int) -> bool:
        """Say whether two captions name the same thing: by their classes, or by their vectors where those are unknown."""
        first, second = self._bank[one].events, self._bank[other].events
        if first and second:
            return any(is_a(a, b) or is_a(b, a) for a in first for b in second)
        cosine = np.einsum("d,d->", self._vectors[one], self._vectors[other], dtype=np.float64)
        return round(float(cosine), SCORE_DECIMALS) > SAME_COSINE

    def _group(self, members: list[int]) -> _Group:
        claims = [self._bank[number].claim for number in members]
        plain = tuple(number for number, claim in zip(members, claims, strict=True) if not claim)
        claiming = tuple(number for number, claim in zip(members, claims, strict=True) if claim)
        return _Group(self._bank[members[0]].events, plain, claiming)


def retriever_fingerprint(bank: tuple[BankCaption, ...]) -> str:
    """Return what identifies the answers of a retriever with this bank.

    Args:
        bank: N captions.
    """
    return f"{bank_fingerprint(bank)}-{_RECIPE}"
