"""Which event is drawn: a class first, evenly, then one of its events, and none that is like what is heard already."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mkaudio.prompts import are_alike, uniform

_TRIES = 24


class Choice:
    """The events of a database by class.

    Args:
        labels: class of each event.
        groups: what must never be split, of each event; "" where nobody says.
        n_frames: length of each event.
        lasts: whether each event is a sound that lasts, as backgrounds do.
        among: numbers of the events that may be drawn, ascending; None for all.
    """

    def __init__(
        self,
        labels: Sequence[str],
        groups: Sequence[str],
        n_frames: Sequence[int],
        lasts: Sequence[bool],
        among: Sequence[int] | None = None,
    ) -> None:
        among = range(len(labels)) if among is None else among
        self._groups, self._n_frames = groups, np.array(n_frames, np.int64)
        self._all = _by_label(labels, among)
        lasting = sorted((one for one in among if lasts[one]), key=lambda one: -n_frames[one])
        self._lasting = _by_label(labels, lasting)

    def draw(self, seed: int, about: str, heard: Iterable[str], group: str, lasting_frames: int = 0) -> int | None:
        """Draw an event.

        Args:
            seed: of the composition.
            about: which event: "A" or "B".
            heard: classes that it must not be like.
            group: whose events it must not be of.
            lasting_frames: where not 0, it must be a sound that lasts, and so long.

        Returns:
            Its number; None where a number of tries found none that fits.
        """
        heard = tuple(heard)
        groups = self._lasting if lasting_frames else self._all
        for number in range(_TRIES if groups else 0):
            label, events = groups[int(uniform(seed, f"class of {about}, {number}") * len(groups))]
            if lasting_frames:
                events = events[: np.searchsorted(-self._n_frames[events], -lasting_frames, side="right")]
            if not len(events) or any(are_alike(label, other) for other in heard):
                continue
            event = int(events[int(uniform(seed, f"event {about}, {number}") * len(events))])
            if not group or self._groups[event] != group:
                return event
        return None


def _by_label(labels: Sequence[str], numbers: Iterable[int]) -> list[tuple[str, NDArray[np.int64]]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        found[labels[number]].append(number)
    return [(label, np.array(found[label])) for label in sorted(found)]
