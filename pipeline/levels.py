"""How loud a sound is while it sounds: pauses do not count, so that a bark in silence is as loud as the bark.

C channels, T samples, L frames of 20 ms.
"""

import numpy as np
from numpy.typing import NDArray

SILENCE_DBFS = -200.0
_FRAME_S = 0.02
_BELOW_LOUDEST_DB = 30.0
"""A frame that is fainter than the loudest by more is a pause. The idea is that of the active speech level (ITU-T P.56), whose
margin of 15.9 dB is one for speech; sounds that ring out need more."""


def active_level_dbfs(waveform: NDArray[np.float32], sample_rate_hz: int) -> float:
    """Return the level over the active frames, in dB of full scale; `SILENCE_DBFS` where nothing sounds.

    Args:
        waveform: (T,) or (C, T); its power is the mean over channels.
        sample_rate_hz: of the waveform.

    >>> round(active_level_dbfs(np.full(16_000, 0.1, np.float32), 16_000), 2)
    -20.0
    """
    channels = waveform.reshape(-1, waveform.shape[-1])
    length = max(1, round(_FRAME_S * sample_rate_hz))
    power = np.zeros(-(-channels.shape[1] // length))
    for channel in channels:
        whole = channel[: len(channel) // length * length].reshape(-1, length)
        power[: len(whole)] += np.einsum("lt,lt->l", whole, whole)
        if rest := channel[whole.size :].size:
            power[-1] += float(np.square(channel[-rest:]).sum()) * length / rest
    if not power.size or power.max() <= 0:
        return SILENCE_DBFS
    active = power[power >= power.max() * 10 ** (-_BELOW_LOUDEST_DB / 10)]
    return float(10 * np.log10(active.mean() / (length * len(channels))))
