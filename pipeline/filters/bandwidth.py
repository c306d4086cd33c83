"""Bandwidth: up to which frequency there is sound, so that what was telephone once is found at 44.1 kHz as well.

The mean power spectrum is raised by 6 dB an octave, about what sounds fall by, and measured in dB above a floor: 60 dB
below its highest, or the noise of 16 bits where that is higher. The bandwidth is the frequency below which 99 % of that
area lies. An area of dB, not of energy: in energy all sounds are low. What a bad resampler (linear interpolation) mirrors
up is sound to it, and so is noise that was added later. C channels, T samples, F frequencies.

The slope and the 60 dB are chosen by measurement: tests/benchmarks/bandwidth_range.py.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.filters.filter import Sound
from mkaudio.shards import Reason, Refusal

FRAME_SAMPLES = 2048
_HOP_SAMPLES = FRAME_SAMPLES // 2
_FRAMES_AT_ONCE = 128
_WINDOW = np.hanning(FRAME_SAMPLES + 1)[:-1].astype(np.float32)
_SMOOTH_BINS = 9
RANGE_DB = 60.0
SLOPE_DB_PER_OCTAVE = 6.0
SHARE = 0.99
_MARGIN_DB = 10.0
"""Single bins of a noise stand so far above its mean."""
_NOISE_DB = 10 * float(np.log10(2.0**-30 / 12 * np.square(_WINDOW).sum()))
"""Power in a bin of what rounding to 16 bits adds: white, a twelfth of a step squared."""


@dataclass(frozen=True, slots=True)
class BandwidthFilter:
    """Leaves out what has no high frequencies.

    Args:
        limit_hz: a window whose sound ends lower is left out.
    """

    limit_hz: float

    def refuse(self, seen: Sound) -> Refusal | None:
        """Return NARROW_BAND where the sound ends below the limit.

        Args:
            seen: the window.
        """
        found_hz = bandwidth_hz(seen.waveform, seen.sample_rate_hz)
        if found_hz >= self.limit_hz:
            return None
        return Refusal(Reason.NARROW_BAND, f"sound up to {found_hz:.0f} Hz; --min-bandwidth-hz {self.limit_hz:g}")


def bandwidth_hz(waveform: NDArray[np.float32], sample_rate_hz: int) -> float:
    """Return the frequency up to which there is sound; 0 where there is nothing but the noise of 16 bits.

    Args:
        waveform: (C, T); the powers of the channels are added.
        sample_rate_hz: of the waveform.
    """
    power = np.convolve(mean_power(waveform), np.full(_SMOOTH_BINS, 1 / _SMOOTH_BINS), "same")
    level_db = 10 * np.log10(power + 1e-30)
    raised_db = level_db + SLOPE_DB_PER_OCTAVE * np.log2(np.maximum(np.arange(len(power)), 1))
    above_db = np.minimum(raised_db - (raised_db.max() - RANGE_DB), level_db - (_NOISE_DB + _MARGIN_DB)).clip(0)
    area = above_db.cumsum()
    return float(np.searchsorted(area, SHARE * area[-1]) * sample_rate_hz / FRAME_SAMPLES) if area[-1] else 0.0


def mean_power(waveform: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean power spectrum (F,) over frames, the channels added.

    Args:
        waveform: (C, T); shorter than a frame, it is filled up with zeros.
    """
    missing = max(0, FRAME_SAMPLES - waveform.shape[1])
    padded = np.pad(waveform, ((0, 0), (0, missing))) if missing else waveform
    power, n_frames = np.zeros(FRAME_SAMPLES // 2 + 1), 0
    for channel in padded:
        frames = np.lib.stride_tricks.sliding_window_view(channel, FRAME_SAMPLES)[::_HOP_SAMPLES]
        n_frames = len(frames)
        for begin in range(0, n_frames, _FRAMES_AT_ONCE):  # a minute at 48 kHz would be 50 MB at once
            spectra = np.fft.rfft(frames[begin : begin + _FRAMES_AT_ONCE] * _WINDOW)
            power += (np.square(spectra.real) + np.square(spectra.imag)).sum(axis=0, dtype=np.float64)
    return power / n_frames
