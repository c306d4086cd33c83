"""The contract of a filter: it sees a window, and answers with the reason for which it leaves it out, or with nothing.

There are two kinds. A filter of `Sound` needs no model and is asked before the window is encoded or heard; a filter of
a `Timeline` is asked once the ear has heard it. C channels, T samples.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from mkaudio.shards import Refusal

Seen = TypeVar("Seen", contravariant=True)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sound:
    """A window before any model: what a filter may know of it.

    Args:
        waveform: as decoded, at the source's rate, before it is mixed or resampled (C, T); full scale is [-1, 1).
        sample_rate_hz: of the source.
        peak_dbfs: highest absolute sample of what would be stored.
    """

    waveform: NDArray[np.float32]
    sample_rate_hz: int
    peak_dbfs: float

    @property
    def duration_s(self) -> float:
        """Length of the window."""
        return float(self.waveform.shape[1] / self.sample_rate_hz)


class Filter(Protocol[Seen]):
    """Leaves windows out."""

    def refuse(self, seen: Seen) -> Refusal | None:
        """Return why a window is left out, what was found and the limit; None where it is kept.

        Args:
            seen: the window, as this kind of filter sees it.
        """
        ...


def first_refusal(filters: Iterable[Filter[T]], seen: T) -> Refusal | None:
    """Ask filters in order and return the first refusal; a window so has one reason.

    Args:
        filters: of one kind.
        seen: what they judge.
    """
    return next((refusal for one in filters if (refusal := one.refuse(seen))), None)
