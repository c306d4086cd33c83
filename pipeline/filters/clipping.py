"""Clipping: crests that were cut off at full scale. C channels, T samples.

One sample at full scale is no clipping: a loud wave may just reach it. Three in a row are, since between the crest and
the next step down a wave that is not cut spends less than three samples (a full-scale sine above 70 Hz at 44.1 kHz;
below, its share is at most .007).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.filters.filter import Sound
from mkaudio.shards import Reason, Refusal

FULL_SCALE = np.float32(1 - 2**-15)
"""The highest sample of 16 bits. Deeper files are mostly made from such, and a lossy codec returns what is beyond it."""
SHARE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class ClippingFilter:
    """Leaves out what is clipped beyond repair.

    The default limit of .5 leaves out what rests at full scale most of the time: on 3,298 sounds of games and instruments 4
    control signals of a synthesiser (1.0). The next are a waveform (.36) and shots and explosions (.20 and less).

    Args:
        limit: share of the samples; a window with a larger share of clipped ones is left out.
    """

    limit: float

    def refuse(self, seen: Sound) -> Refusal | None:
        """Return CLIPPED where the worst channel has a larger share of clipped samples than the limit.

        Args:
            seen: the window.
        """
        share = clipped_share(seen.waveform)
        if share <= self.limit:
            return None
        return Refusal(Reason.CLIPPED, f"{share:.4f} of the samples are clipped; --max-clipped-share {self.limit:g}")


def clipped_share(waveform: NDArray[np.float32]) -> float:
    """Return the share of samples that stand in runs of three or more at full scale, of the worst channel.

    Args:
        waveform: (C, T), as decoded; full scale is [-1, 1).

    Returns:
        0 to 1, rounded to four decimals.
    """
    clipped = np.zeros(len(waveform), np.int64)
    for at_full in (waveform >= FULL_SCALE, waveform <= -FULL_SCALE):
        if at_full.any():
            clipped += _in_runs(at_full).sum(axis=1)
    return round(float(clipped.max() / max(1, waveform.shape[1])), SHARE_DECIMALS)


def _in_runs(at_full: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the samples (C, T) stand in a run of at least three."""
    middle = at_full[:, :-2] & at_full[:, 1:-1] & at_full[:, 2:]
    in_run = np.zeros_like(at_full)
    for shift in range(3):
        in_run[:, shift : shift + middle.shape[1]] |= middle
    return in_run
