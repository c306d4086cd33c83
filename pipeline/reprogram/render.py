"""Parts → sound: each is taken from its own sound, faded, brought to its level and added; then one gain, then integers.

This is the only place that mixes, when a sample is composed and when it is made again from its provenance. C channels, T samples.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from mkaudio.shards import Part

_STEPS_PER_DB = 10_000
"""Gains are whole steps, so that what a table holds is what was applied."""


def rounded_db(gain_db: float) -> float:
    """Return a gain to four decimals.

    Args:
        gain_db: of a part.
    """
    return round(gain_db, 4)


@dataclass(frozen=True, slots=True)
class Sound:
    """Something of which any stretch can be read.

    Args:
        read: (first frame, number of frames) → (C, that number) float32, an array that may be changed.
        n_frames: of the whole.
        rate_hz: of it.
    """

    read: Callable[[int, int], NDArray[np.float32]]
    n_frames: int
    rate_hz: int


def take(sound: Sound, from_frame: int, n_frames: int, wanted_hz: int, channels: int) -> NDArray[np.float32]:
    """Take a stretch of a sound at another rate and number of channels; no more of it is read than is needed.

    Args:
        sound: what it is taken of.
        from_frame: where the stretch begins, at the sound's rate.
        n_frames: of the stretch, at the wanted rate.
        wanted_hz: rate of the stretch.
        channels: of the stretch: 1 is the mean of all; 2 of a mono sound are alike.

    Returns:
        (channels, n_frames).
    """
    n_source = sound.n_frames - from_frame
    if n_frames != resampled_frames(n_source, sound.rate_hz, wanted_hz):
        n_source = min(n_source, math.ceil(n_frames * sound.rate_hz / wanted_hz))
    taken = sound.read(from_frame, n_source)
    if len(taken) != channels:
        taken = taken.mean(axis=0, keepdims=True, dtype=np.float32) if len(taken) > 1 else taken
    if sound.rate_hz != wanted_hz:
        taken = soxr.resample(np.ascontiguousarray(taken.T), sound.rate_hz, wanted_hz, quality="HQ").T
    if taken.shape[1] != n_frames:  # the resampler gives or takes a frame
        taken = np.pad(taken[:, :n_frames], ((0, 0), (0, max(0, n_frames - taken.shape[1]))))
    return np.repeat(taken, channels, axis=0) if len(taken) < channels else taken


def resampled_frames(n_frames: int, rate_hz: int, wanted_hz: int) -> int:
    """Return how many frames a sound has at another rate.

    Args:
        n_frames: of the sound.
        rate_hz: of the sound.
        wanted_hz: the other rate.
    """
    return max(1, (2 * n_frames * wanted_hz + rate_hz) // (2 * rate_hz))


def faded(taken: NDArray[np.float32], fade_in: int, fade_out: int) -> NDArray[np.float32]:
    """Return a part with its fades, quarters of a sine: two that cross keep the power of unlike sounds.

    Args:
        taken: (C, T); it is changed.
        fade_in: frames.
        fade_out: frames.
    """
    if fade_in:
        taken[:, :fade_in] *= _rise(fade_in)
    if fade_out:
        taken[:, -fade_out:] *= _rise(fade_out)[::-1]
    return taken


@lru_cache(maxsize=64)
def _rise(n_frames: int) -> NDArray[np.float32]:
    rise: NDArray[np.float32] = np.sin((np.arange(n_frames) + 0.5) * (np.pi / 2 / n_frames)).astype(np.float32)
    return rise


def mixed(
    stems: Sequence[NDArray[np.float32]], parts: Sequence[Part], n_frames: int, sample_rate_hz: int
) -> NDArray[np.float32]:
    """Add parts, each at its place and with its gain.

    Args:
        stems: (C, T) of each part, with its fades; they are changed.
        parts: where they lie.
        n_frames: of the whole.
        sample_rate_hz: of the whole.

    Returns:
        (C, n_frames), which may go beyond full scale.
    """
    if len(parts) == 1 and not parts[0].gain_db and stems[0].shape[1] == n_frames:
        return stems[0]
    mix = np.zeros((len(stems[0]), n_frames), np.float32)
    for stem, part in zip(stems, parts, strict=True):
        at = round(part.start_s * sample_rate_hz)
        if part.gain_db:
            stem *= np.float32(10 ** (part.gain_db / 20))
        mix[:, at : at + stem.shape[1]] += stem
    return mix


def safe_gain_db(mix: NDArray[np.float32], bit_depth: int) -> float:
    """Return the gain, at most 0, with which no sample of a mix is clipped.

    Args:
        mix: (C, T).
        bit_depth: that it will be stored with.
    """
    full = 1 << (bit_depth - 1)
    peak = max(
        float(mix.max(initial=0.0)) * full / (full - 1), -float(mix.min(initial=0.0))
    )  # -1 can be stored, +1 cannot
    if peak <= 1:
        return 0.0
    return math.floor(20 * math.log10((1 - 0.5 / full) / peak) * _STEPS_PER_DB) / _STEPS_PER_DB


def stored(mix: NDArray[np.float32], gain_db: float, bit_depth: int) -> NDArray[np.int16] | NDArray[np.int32]:
    """Return a mix as integers, none of which is clipped: the gain sees to it.

    Args:
        mix: (C, T); it is changed.
        gain_db: of the whole, at most what `safe_gain_db` says.
        bit_depth: 16 or 24.
    """
    mix *= np.float32(10 ** (gain_db / 20) * (1 << (bit_depth - 1)))
    np.rint(mix, out=mix)
    return mix.astype(np.int16) if bit_depth == 16 else mix.astype(np.int32)
