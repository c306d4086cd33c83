"""The figures of an audit, from marks and the sample that they are of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mkaudio.pipeline.audit.draw import Draw
from mkaudio.pipeline.audit.intervals import Share, joined, kappa, wilson
from mkaudio.pipeline.audit.marks import PART, RIGHT, SKIP, WRONG, Marks

_JUDGED = (RIGHT, PART, WRONG)


@dataclass(frozen=True, slots=True)
class Group:
    """Marks of one expert, or of all.

    Args:
        population: how many prompts of it there are.
        counts: mark → how many.
    """

    population: int
    counts: Counter[str]

    @property
    def judged(self) -> int:
        """Marks other than skip."""
        return sum(self.counts[mark] for mark in _JUDGED)

    def right(self) -> Share:
        """Share of prompts that are right as a whole; at least one is judged."""
        return wilson(self.counts[RIGHT], self.judged)

    def truth(self) -> Share:
        """Mean where right is 1, part right a half, wrong 0; at least one is judged."""
        return wilson(self.counts[RIGHT] + self.counts[PART] / 2, self.judged)


@dataclass(frozen=True, slots=True)
class Figures:
    """What marks say.

    Args:
        drawn: the sample.
        total: all marks together.
        by_expert: expert → its marks.
    """

    drawn: Draw
    total: Group
    by_expert: dict[str, Group]

    @property
    def strata(self) -> list[Group]:
        """What is weighted by its share of the whole: each expert that is judged, where drawn per expert; else all as one."""
        groups = self.by_expert.values() if self.drawn.rule.per_expert else [self.total]
        return [group for group in groups if group.judged]

    @property
    def stands_for(self) -> int:
        """How many prompts the sample stands for."""
        return sum(group.population for group in self.strata)

    def right(self) -> Share:
        """Share of the whole that is right; at least one is judged."""
        return self._of_the_whole([group.right() for group in self.strata])

    def truth(self) -> Share:
        """The whole's mean, part right counted as a half; at least one is judged."""
        return self._of_the_whole([group.truth() for group in self.strata])

    def _of_the_whole(self, shares: list[Share]) -> Share:
        return joined(shares, [group.population / self.stands_for for group in self.strata])

    def lines(self) -> list[str]:
        """Return the figures as a person reads them."""
        rule, counts = self.drawn.rule, self.total.counts
        lines = [
            f"marked    {counts.total():,} of {len(self.drawn.sample):,} drawn (seed {rule.seed}): {counts[RIGHT]} right, "
            f"{counts[PART]} part right, {counts[WRONG]} wrong, {counts[SKIP]} skipped"
        ]
        if not self.total.judged:
            return [*lines, "no prompt is judged yet, so there is no figure"]
        lines += [
            f"right     {self.right()}  all that the prompt says is right",
            f"truth     {self.truth()}  part right counts as a half",
            "",
            f"{'expert':<12} {'prompts':>10} {'judged':>7}  {'right':<19}  truth",
        ]
        lines += [_row(name, group) for name, group in self.by_expert.items()]
        return [*lines, "", *self._meaning()]

    def _meaning(self) -> list[str]:
        rule, whole = self.drawn.rule, sum(self.drawn.population.values())
        whose = f"the prompts of {rule.expert}" if rule.expert else "all prompts"
        yet = ""
        if self.stands_for < whole:
            missing = [name for name, group in self.by_expert.items() if not group.judged]
            yet = f", without {', '.join(missing)}, of which none is judged yet"
        how = "; each expert counts by its share of them, intervals joined by MOVER (Zou, Donner 2008)"
        return [
            f"It stands for {self.stands_for:,} prompts: {whose} of selection {rule.selection!r}{yet}"
            + (how if rule.per_expert else ""),
            "In brackets: 95 % intervals for random samples (Wilson 1927); for truth they are rather too wide.",
            "Skipped prompts count for nothing: the figures are of prompts that a person could judge.",
        ]


def figures(marks: Marks, drawn: Draw) -> Figures:
    """Count marks.

    Args:
        marks: checked by `check_marks`.
        drawn: the sample that they are of.
    """
    by_expert = {name: Group(population, Counter()) for name, population in drawn.population.items()}
    total = Group(sum(drawn.population.values()), Counter())
    for one in drawn.sample:
        if mark := marks.by_prompt.get((one.key, one.prompt)):
            by_expert[one.expert].counts[mark] += 1
            total.counts[mark] += 1
    return Figures(drawn, total, by_expert)


def agreement_lines(first: Marks, second: Marks) -> Iterable[str]:
    """Return how far two people agree, over the prompts that both judged.

    Args:
        first: marks of one.
        second: marks of the other.
    """
    pairs = [
        (mark, second.by_prompt[prompt])
        for prompt, mark in first.by_prompt.items()
        if mark in _JUDGED and second.by_prompt.get(prompt) in _JUDGED
    ]
    if not pairs:
        return ["agreement: no prompt was judged by both"]
    same = sum(one == other for one, other in pairs)
    found = kappa(pairs)
    value = "none: both gave one and the same mark only" if found is None else f"{found:.3f}"
    return [
        f"agreement {same} of {len(pairs)} judged by both are marked alike ({same / len(pairs):.1%})",
        f"kappa     {value}  (Cohen 1960: 1 is full agreement, 0 is chance)",
    ]


def _row(name: str, group: Group) -> str:
    shares = f"{group.right()!s:<19}  {group.truth()}" if group.judged else "-"
    return f"{name:<12} {group.population:>10,} {group.judged:>7,}  {shares}"
