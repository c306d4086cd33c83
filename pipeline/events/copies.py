"""Which events are copies of others: encoded again, louder or softer, shifted, at another rate, under another name.

Two steps. Fingerprints are compared in blocks of matrix products, so that 100,000 events are a matter of minutes; what is
near by them is a copy only if the waveforms correlate. The second step is needed: two strums of one chord have fingerprints
as alike as two encodings of one strum, and nothing but the waveform tells them apart.

Source of both thresholds: tests/benchmarks/event_copies.py on the fetched sounds. Of 250 events made again in six ways .92
(shifted) to 1.0 (at 22 kHz) are found, and of 1,980 events 41 are copies of others, two of them doubtful. D dimensions.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_NEAR = 0.94
"""Cosine of two fingerprints from which the waveforms are compared."""
_SAME = 0.95
"""Correlation of two waveforms, in band and at the best shift, from which they are one sound."""
_DURATION_RATIO = 1.25
"""A copy's tail may sink into noise earlier; what differs by more is another sound, or a piece of this one."""
_TRIES = 16
"""So many of the nearest are compared by waveform: a copy is among the first."""
_BLOCK = 512
_HEAD_S = 2.0
_LOW_HZ, _HIGH_HZ = 80.0, 3_600.0
"""Below is rumble and offset, of which any two drones have the same; above, 8 kHz sound has nothing."""
_KEPT_SPECTRA = 1024

Samples = Callable[[int], NDArray[np.int16]]


def copies(
    fingerprints: NDArray[np.float16],
    n_frames: Sequence[int],
    order: Sequence[int],
    samples: Samples,
    sample_rate_hz: int,
) -> NDArray[np.bool_]:
    """Return which events are copies of one that comes before them in an order; the first of its kind is none.

    Args:
        fingerprints: (events, D), rows of length 1.
        n_frames: length of each event.
        order: every event once, those to be preferred first.
        samples: number of an event → its sound (T,).
        sample_rate_hz: of the sounds.
    """
    heads = _Heads(samples, sample_rate_hz)
    is_copy = np.zeros(len(order), bool)
    lengths = np.log(np.maximum(1, np.asarray(n_frames, np.float64)))
    kept = np.zeros(0, np.int64)
    for start in range(0, len(order), _BLOCK):
        block = np.asarray(order[start : start + _BLOCK], np.int64)
        rows = fingerprints[block].astype(np.float32)
        near = _near(rows, fingerprints, kept, lengths, block)
        inside = rows @ rows.T
        fresh: list[int] = []
        for place, number in enumerate(block.tolist()):
            found = [*near.get(place, []), *((float(inside[place, other]), int(block[other])) for other in fresh)]
            likely = [
                (-cosine, other)
                for cosine, other in found
                if cosine >= _NEAR and abs(lengths[other] - lengths[number]) <= np.log(_DURATION_RATIO)
            ]
            if any(heads.are_one(number, other) for _, other in sorted(likely)[:_TRIES]):
                is_copy[number] = True
            else:
                fresh.append(place)
        kept = np.concatenate((kept, block[fresh]))
    return is_copy


def _near(
    rows: NDArray[np.float32],
    fingerprints: NDArray[np.float16],
    kept: NDArray[np.int64],
    lengths: NDArray[np.float64],
    block: NDArray[np.int64],
) -> dict[int, list[tuple[float, int]]]:
    """Return place in the block → (cosine, event) of the kept events that are near."""
    near: dict[int, list[tuple[float, int]]] = {}
    for start in range(0, len(kept), 16 * _BLOCK):
        others = kept[start : start + 16 * _BLOCK]
        cosines = rows @ fingerprints[others].astype(np.float32).T
        alike = np.abs(lengths[block][:, None] - lengths[others][None]) <= np.log(_DURATION_RATIO)
        for place, other in np.argwhere((cosines >= _NEAR) & alike).tolist():
            near.setdefault(place, []).append((float(cosines[place, other]), int(others[other])))
    return near


class _Heads:
    """Compares the first two seconds of sounds; the spectra of the last ones asked for are kept."""

    def __init__(self, samples: Samples, sample_rate_hz: int) -> None:
        self._samples, self._rate_hz = samples, sample_rate_hz
        self._length = 1 << (round(2 * _HEAD_S * sample_rate_hz) - 1).bit_length()
        self._low, self._high = (round(hz * self._length / sample_rate_hz) for hz in (_LOW_HZ, _HIGH_HZ))
        self._high = min(self._high, self._length // 2)
        self._size = 2 << (self._high - 1).bit_length()
        self._spectrum = lru_cache(_KEPT_SPECTRA)(self._make)

    def are_one(self, one: int, other: int) -> bool:
        """Say whether two sounds are the same but for gain, a shift and what a codec does."""
        crossed = np.zeros(self._size // 2 + 1, np.complex64)
        crossed[self._low : self._high] = self._spectrum(one) * np.conj(self._spectrum(other))
        peak = np.abs(np.fft.irfft(crossed)).max() * self._size / 2
        return bool(round(float(peak), 4) >= _SAME)

    def _make(self, number: int) -> NDArray[np.complex64]:
        head = self._samples(number)[: round(_HEAD_S * self._rate_hz)].astype(np.float32)
        band = np.fft.rfft(head, self._length)[self._low : self._high]
        return (band / max(float(np.linalg.norm(band)), 1e-9)).astype(np.complex64)
