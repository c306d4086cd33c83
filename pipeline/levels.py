"""How loud a sound is while it sounds: pauses do not count, so that a bark in silence is as loud as the bark.

C channels, T samples, L frames of 20 ms.
"""

import math

import numpy as np
from numpy.typing import NDArray

SILENCE_DBFS = -200.0
_FRAME_S = 0.02
_BELOW_LOUDEST_DB = 30.0
"""A frame that is fainter than the loudest by more is a pause. The idea is that of the active speech level (ITU-T P.56), whose
margin of 15.9 dB is one for speech; sounds that ring out need more."""
_QUIETEST = 10 ** (-_BELOW_LOUDEST_DB / 10)


def active_level_dbfs(waveform: NDArray[np.float32], sample_rate_hz: int) -> float:
    """Return the level over the active frames, in dB of full scale; `SILENCE_DBFS` where nothing sounds.

    What is left behind the last whole frame does not count, unless it is all there is.

    Args:
        waveform: (T,) or (C, T); its power is the mean over channels.
        sample_rate_hz: of the waveform.

    >>> round(active_level_dbfs(np.full(16_000, 0.1, np.float32), 16_000), 2)
    -20.0
    """
    channels = np.atleast_2d(waveform)
    length = max(1, min(round(_FRAME_S * sample_rate_hz), channels.shape[1]))
    n_whole = channels.shape[1] // length
    frames = channels[:, : n_whole * length].reshape(len(channels), n_whole, length)
    power = np.vecdot(frames, frames).sum(axis=0)
    loudest = float(power.max(initial=0.0))
    if loudest <= 0:
        return SILENCE_DBFS
    active = power[power >= loudest * _QUIETEST]
    return 10 * math.log10(float(active.sum()) / (active.size * length * len(channels)))
