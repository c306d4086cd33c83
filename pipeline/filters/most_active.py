"""The windows of one source in which most is going on: a contest that is decided when the last window has come."""

import bisect
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mkaudio.shards import Reason, Refusal

T = TypeVar("T")


@dataclass(slots=True)
class MostActive(Generic[T]):
    """A contest of windows; at most `limit` of them are held at a time, of the others only their activity.

    A tie goes to the earlier window, so the winners do not depend on the order or the batches in which windows come.

    Args:
        limit: how many windows win.
    """

    limit: int
    _order: list[tuple[float, int]] = field(default_factory=list)
    """(minus its activity, number) of every window, best first."""
    _held: dict[int, T] = field(default_factory=dict)

    def enter(self, number: int, activity_s: float) -> bool:
        """Enter a window and return whether it is among the best so far; one that is not need not be held.

        Args:
            number: of the window in its source.
            activity_s: how much is going on in it.
        """
        entry = (-activity_s, number)
        bisect.insort(self._order, entry)
        return entry in self._order[: self.limit]

    def hold(self, number: int, window: T) -> None:
        """Keep what belongs to a window that has entered, if it is still among the best, and let go of what is not.

        Args:
            number: of the window in its source.
            window: what there is of it.
        """
        best = {one for _, one in self._order[: self.limit]}
        self._held = {one: held for one, held in {**self._held, number: window}.items() if one in best}

    def winners(self) -> list[T]:
        """Return what is held, in the order of the source."""
        return [self._held[number] for number in sorted(self._held)]

    def losers(self) -> list[tuple[int, Refusal]]:
        """Return number and refusal of every other window, in the order of the source."""
        n_windows = len(self._order)
        lost = [
            (number, _refusal(-negative, rank, n_windows, self.limit))
            for rank, (negative, number) in enumerate(self._order, 1)
            if rank > self.limit
        ]
        return sorted(lost, key=lambda one: one[0])


def _refusal(activity_s: float, rank: int, n_windows: int, limit: int) -> Refusal:
    found = f"activity {activity_s:.4f} s is rank {rank} of {n_windows} windows of its source"
    return Refusal(Reason.LESS_ACTIVE, f"{found}; --max-windows-per-file {limit}")
