"""What a selection comes to: how much a threshold would leave, and what changed against another selection."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa

_SECONDS_AN_HOUR = 3600
_THRESHOLDS = 10
_EXAMPLES = 5


class Yield(NamedTuple):
    """What is selected where scores below a threshold are left out."""

    min_score: float
    clips: int
    hours: float


class Change(NamedTuple):
    """A clip whose prompt is another one."""

    key: str
    before: str
    after: str


@dataclass(slots=True)
class Outcome:
    """Adds up a selection shard by shard.

    Args:
        clips: of the dataset.
        hours: of the dataset.
        selected_clips: with a prompt.
        selected_hours: of these.
        prompts: rows; more than clips where several prompts a clip were asked for.
        added: clips that the other selection does not have.
        dropped: clips that only the other selection has.
        changed: clips whose first prompt is another text.
        experts: (whose prompt before, whose after) → clips in both selections.
        examples: the first changed prompts.
    """

    clips: int = 0
    hours: float = 0.0
    selected_clips: int = 0
    selected_hours: float = 0.0
    prompts: int = 0
    added: int = 0
    dropped: int = 0
    changed: int = 0
    experts: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[Change] = field(default_factory=list)
    _scores: list[float] = field(default_factory=list)
    _durations_s: list[float] = field(default_factory=list)

    def add(self, manifest: pa.Table, reach: dict[str, float], selection: pa.Table, before: pa.Table) -> None:
        """Add a shard.

        Args:
            manifest: its clips, with key and duration_s.
            reach: key → the score up to which a clip would be selected by the rest of the rule.
            selection: its rows.
            before: its rows of the other selection.
        """
        durations_s = dict(zip(manifest["key"].to_pylist(), manifest["duration_s"].to_pylist(), strict=True))
        now, then = _first_prompts(selection), _first_prompts(before)
        self.clips += len(durations_s)
        self.hours += sum(durations_s.values()) / _SECONDS_AN_HOUR
        self.selected_clips += len(now)
        self.selected_hours += sum(durations_s[key] for key in now) / _SECONDS_AN_HOUR
        self.prompts += len(selection)
        self._scores += reach.values()
        self._durations_s += [durations_s[key] for key in reach]
        self.added += len(now.keys() - then.keys())
        self.dropped += len(then.keys() - now.keys())
        for key, (prompt, expert) in now.items():
            if key in then:
                self._compare(key, then[key], (prompt, expert))

    def _compare(self, key: str, before: tuple[str, str], after: tuple[str, str]) -> None:
        self.experts[before[1], after[1]] += 1
        if before[0] != after[0]:
            self.changed += 1
            if len(self.examples) < _EXAMPLES:
                self.examples.append(Change(key, before[0], after[0]))

    def curve(self) -> list[Yield]:
        """Return what ten thresholds over the range of scores would leave, the lowest first; none where nothing may be chosen.

        All else that the rule says holds; its own lowest score is left out.
        """
        if not self._scores:
            return []
        order = np.argsort(self._scores, kind="stable")
        scores, durations_s = np.array(self._scores)[order], np.array(self._durations_s)[order]
        seconds_from = np.append(np.cumsum(durations_s[::-1])[::-1], 0.0)
        thresholds = [scores[0], *np.linspace(scores[0], scores[-1], _THRESHOLDS)[1:].round(3)]
        first = [int(np.searchsorted(scores, threshold)) for threshold in thresholds]
        return [
            Yield(float(threshold), len(scores) - start, float(seconds_from[start]) / _SECONDS_AN_HOUR)
            for threshold, start in zip(thresholds, first, strict=True)
        ]


def _first_prompts(selection: pa.Table) -> dict[str, tuple[str, str]]:
    columns = (selection[name].to_pylist() for name in ("key", "prompt", "expert", "rank"))
    return {key: (prompt, expert) for key, prompt, expert, rank in zip(*columns, strict=True) if rank == 0}
