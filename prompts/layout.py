"""How the parts of a composition lie in time. X is the clip with its caption; A and B are events, A the first to begin."""

from enum import StrEnum
from typing import NamedTuple


class Layout(StrEnum):
    """What a template says of time; the value is what stands in its file as `relation`."""

    ALONE = "X"
    A_X = "A before X"
    X_A = "X before A"
    A_OVER_X = "A over X"
    A_UNDER_X = "A under X"
    X_UNDER_A = "X under A"
    A_B_X = "A before B before X"
    A_X_B = "A before X before B"
    X_A_B = "X before A before B"
    A_THEN_B_UNDER_X = "A before B under X"
    A_UNDER_X_THEN_B = "A under X before B"
    A_THEN_B_OVER_X = "A before B over X"
    A_OVER_X_THEN_B = "A over X before B"

    @property
    def n_events(self) -> int:
        """Events beside the clip: 0, 1 or 2."""
        return _FACTS[self].n_events

    @property
    def in_turn(self) -> tuple[str, ...]:
        """The parts that follow each other, in order: those before, behind or alone, not what lies over or under X.

        >>> Layout.A_THEN_B_UNDER_X.in_turn, Layout.A_OVER_X.in_turn
        (('A', 'X'), ('X',))
        """
        return _FACTS[self].in_turn

    @property
    def laid(self) -> tuple[str, str] | None:
        """The event that is heard at once with X, and how: ("A", "over"), ("B", "under"), ("A", "above"); None in a sequence.

        "over": while X goes on, about as loud. "under": quiet, as long as X. "above": X is what is quiet, "X under A".
        """
        return _FACTS[self].laid


class _Facts(NamedTuple):
    n_events: int
    in_turn: tuple[str, ...]
    laid: tuple[str, str] | None


def _facts(layout: Layout) -> _Facts:
    """Read what a layout's value says."""
    steps = layout.value.split(" before ")
    laid = None
    for step in steps:
        first, _, rest = step.partition(" ")
        if rest:
            laid = (rest[-1], "above") if first == "X" else (first, rest.split()[0])
    in_turn = tuple("X" if "X" in step else step for step in steps)
    return _Facts(sum(letter in layout.value for letter in "AB"), in_turn, laid)


_FACTS = {layout: _facts(layout) for layout in Layout}
"""Read once: a stream asks for them at every sample."""
