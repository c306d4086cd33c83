"""A sound as a short vector that stays nearly the same when it is encoded again, louder, shifted or at another rate.

T samples, B bands, L cells. The bands end at 3.6 kHz, which nearly every rate and codec keeps; the cells begin where the
sound does and are finer there; the vector is the log-mel less its mean, so that gain goes out.
"""

from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray

_RATE_HZ = 8_000
_WINDOW = 256
_HOP = 80
_LOW_HZ, _HIGH_HZ, _BANDS = 80.0, 3_600.0, 16
_CELLS = 32
_FIRST_CELL_S, _LOOK_S = 0.02, 8.0
"""Cells grow from 20 ms evenly in ratio, so that 32 of them hold the first 8 s."""
_FLOOR_DB = 40.0
"""What is fainter is cut: codecs put their own noise there."""
DIMENSIONS = _CELLS * _BANDS


def fingerprint(samples: NDArray[np.int16], sample_rate_hz: int) -> NDArray[np.float32]:
    """Return the fingerprint of an event, (512,), of length 1; zeros where nothing sounds.

    Args:
        samples: (T,), trimmed.
        sample_rate_hz: of the samples.
    """
    waveform = samples.astype(np.float32)
    if sample_rate_hz != _RATE_HZ:
        waveform = soxr.resample(waveform, sample_rate_hz, _RATE_HZ, quality="HQ")
    waveform = waveform[: round(_LOOK_S * _RATE_HZ)]
    padded = np.concatenate((np.zeros(_WINDOW // 2, np.float32), waveform, np.zeros(_WINDOW, np.float32)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[: len(waveform) : _HOP]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(_WINDOW).astype(np.float32), axis=1)))
    bands = power @ _bands()
    total = bands.sum(axis=1)
    begin = int(np.argmax(total >= total.max(initial=0.0) * 10 ** (-_FLOOR_DB / 10)))  # pre-roll or none
    cells = _cells(len(bands) - begin) @ bands[begin:]
    if cells.max(initial=0.0) <= 0:
        return np.zeros(DIMENSIONS, np.float32)
    level_db = np.maximum(10 * np.log10(cells / cells.max() + 1e-12), -_FLOOR_DB) + _FLOOR_DB
    vector = (level_db - level_db.mean()).reshape(-1)
    unit: NDArray[np.float32] = (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
    return unit


@cache
def _bands() -> NDArray[np.float64]:
    """Triangles (F, B) evenly spaced on the mel scale. Source: O'Shaughnessy 1987, mel = 2595 log10(1 + f/700)."""
    low, high = (2595 * float(np.log10(1 + hz / 700)) for hz in (_LOW_HZ, _HIGH_HZ))
    mels = np.linspace(low, high, _BANDS + 2)
    edges_hz = 700 * (10 ** (mels / 2595) - 1)
    hz = np.fft.rfftfreq(_WINDOW, 1 / _RATE_HZ)[:, None]
    rising = (hz - edges_hz[:-2]) / (edges_hz[1:-1] - edges_hz[:-2])
    falling = (edges_hz[2:] - hz) / (edges_hz[2:] - edges_hz[1:-1])
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    return triangles


def _cells(n_frames: int) -> NDArray[np.float64]:
    """Return the mean over each cell, (L, frames); a cell behind the sound is empty."""
    edges_s = np.concatenate(([0.0], np.cumsum(_FIRST_CELL_S * _growth() ** np.arange(_CELLS))))
    starts_s = np.arange(n_frames)[None] * _HOP / _RATE_HZ
    inside = (starts_s >= edges_s[:-1, None] - 1e-9) & (starts_s < edges_s[1:, None] - 1e-9)
    return inside / np.maximum(1, np.round(np.diff(edges_s) * _RATE_HZ / _HOP))[:, None]


@cache
def _growth() -> float:
    """Return the ratio of two cells with which all of them fill the look, by bisection."""
    low, high = 1.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        total_s = _FIRST_CELL_S * sum(middle**number for number in range(_CELLS))
        low, high = (middle, high) if total_s < _LOOK_S else (low, middle)
    return low
