"""Where a clip may be cut so that every event that its prompt names survives.

Times are seconds in the clip. What the prompt names is looked for among what the ear heard; where not all of it is found
there, nobody knows where it lies, and the clip stays whole.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.reprogram.base import Base
from mkaudio.prompts import claims_number, gather, may_be_cut, named_classes

KEPT_S = 2.0
"""So much of a span in a row is enough of a sound that lasts; a shorter span is kept whole, since its stroke, of which the
ear's grid of half a second does not say where in the span it lies, must be in it."""
_STEP_S = 0.05
"""Of the grid on which cuts are looked for; the last of a clip's ends is on it too."""


@dataclass(frozen=True, slots=True)
class Need:
    """What must be heard of one event: one of its spans, or all of them."""

    spans: tuple[tuple[float, float], ...]
    whole: bool

    def met(self, starts_s: NDArray[np.float64], length_s: float) -> NDArray[np.bool_]:
        """Tell for each start of a cut whether enough of the event is in it.

        Args:
            starts_s: where the cut begins.
            length_s: of the cut.
        """
        enough = []
        for start_s, end_s in self.spans:
            kept_s = np.minimum(starts_s + length_s, end_s) - np.maximum(starts_s, start_s)
            due_s = end_s - start_s if self.whole else min(KEPT_S, end_s - start_s)
            enough.append(kept_s >= due_s - 1e-6)
        met: NDArray[np.bool_] = np.all(enough, axis=0) if self.whole else np.any(enough, axis=0)
        return met


def needs_of(base: Base, cut: bool = True) -> tuple[Need, ...] | None:
    """Return what a cut of a clip must hold; None where the clip must stay whole, or nobody knows where it lies.

    An event of a prompt that names several, or says how often, is kept whole, so that their order and number stay true.

    Args:
        base: the clip.
        cut: whether it is to be cut; else only where it lies matters.
    """
    if cut and not may_be_cut(base.prompt):
        return None
    events = gather((one.label, one.start_s, one.end_s, one.confidence) for one in base.heard)
    labels = named_classes(base.prompt, tuple(event.label for event in events), base.n_events)
    if not labels:
        return None
    whole = len(labels) > 1 or claims_number(base.prompt)
    return tuple(Need(event.spans, whole) for event in events if event.label in labels)


def starts_of(needs: tuple[Need, ...], duration_s: float, length_s: float) -> NDArray[np.float64]:
    """Return where a cut of a length may begin, on a grid; none where no cut of that length holds what must be in it.

    Args:
        needs: of the clip.
        duration_s: of the clip.
        length_s: of the cut, at most the clip's.
    """
    last_s = duration_s - length_s
    starts_s = np.append(np.arange(0.0, last_s, _STEP_S), last_s)
    return starts_s[np.all([need.met(starts_s, length_s) for need in needs], axis=0)]


def shortest_s(needs: tuple[Need, ...] | None, duration_s: float, floor_s: float) -> float:
    """Return the length of the shortest cut that holds what must be in it.

    Args:
        needs: of the clip; None where it stays whole.
        duration_s: of the clip.
        floor_s: no cut is shorter, unless the clip is.
    """
    if needs is None or duration_s <= floor_s:
        return duration_s
    low_s, high_s = floor_s, duration_s  # a longer cut holds a shorter one, so halving finds the edge
    if starts_of(needs, duration_s, low_s).size:
        return low_s
    while high_s - low_s > _STEP_S:
        middle_s = (low_s + high_s) / 2
        if starts_of(needs, duration_s, middle_s).size:
            high_s = middle_s
        else:
            low_s = middle_s
    return high_s
