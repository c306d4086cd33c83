"""Clips as they are, at the stream's rate and channels: what a stream without an event database gives. C channels, T samples."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from mkaudio.pipeline.reprogram import Base, Recipe
from mkaudio.shards import Composition, Part, quantise


_STEPS_PER_DB = 10_000
"""A gain is a whole number of steps, so that what a table holds is what was applied."""


class PlainSample(NamedTuple):
    """A clip alone, as a composer gives it."""

    samples: NDArray[np.int16] | NDArray[np.int32]
    composition: Composition


class Plain:
    """Composes nothing.

    Args:
        recipe: rate, channels, window and seed are used.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def compose(self, epoch: int, base: Base, waveform_of: Callable[[], NDArray[np.float32]]) -> PlainSample:
        """Return the clip; where it is stored at the stream's rate and channels, its very samples.

        Args:
            epoch: number of the epoch.
            base: the clip.
            waveform_of: decodes its sound, (C, T) at its own rate.
        """
        rate_hz, channels = self._recipe.sample_rate_hz, self._recipe.channels
        waveform = _in_channels(waveform_of(), channels)
        gain_db = 0.0
        if base.sample_rate_hz != rate_hz:
            waveform = _resampled(waveform, base.sample_rate_hz, rate_hz)
            gain_db = _gain_db(waveform, base.bit_depth)
            if gain_db:
                waveform = waveform * np.float32(10 ** (gain_db / 20))
        n_frames = waveform.shape[1]
        part = Part(
            "clip", base.key, "", 0.0, 0.0, n_frames / rate_hz, licence=base.licence, attribution=base.attribution
        )
        composition = Composition(
            seed=self._recipe.seed,
            epoch=epoch,
            index=base.index,
            n_drawn=0,
            relation="X",
            template="",
            slots=(),
            fallback="",
            prompt=base.prompt,
            n_events=base.n_events,
            sample_rate_hz=rate_hz,
            channels=channels,
            bit_depth=base.bit_depth,
            n_frames=n_frames,
            gain_db=gain_db,
            parts=(part,),
        )
        return PlainSample(quantise(waveform, base.bit_depth), composition)


def _in_channels(waveform: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """Mix to mono, or give stereo: two channels as they are, else the mono mix twice."""
    if len(waveform) == channels:
        return waveform
    mono = waveform if len(waveform) == 1 else waveform.mean(axis=0, keepdims=True, dtype=np.float32)
    return mono if channels == 1 else np.repeat(mono, 2, axis=0)


def _resampled(waveform: NDArray[np.float32], rate_hz: int, wanted_hz: int) -> NDArray[np.float32]:
    """Resample to the nearest whole number of frames; the resampler gives or takes one."""
    n_frames = max(1, (2 * waveform.shape[1] * wanted_hz + rate_hz) // (2 * rate_hz))
    resampled = soxr.resample(waveform.T, rate_hz, wanted_hz, quality="HQ").T[:, :n_frames]
    return np.pad(resampled, ((0, 0), (0, n_frames - resampled.shape[1])))


def _gain_db(waveform: NDArray[np.float32], bit_depth: int) -> float:
    """Return the gain, at most 0, at which no sample is clipped: a resampled sound may swing beyond full scale."""
    full = 1 << (bit_depth - 1)
    peak = max(float(waveform.max(initial=0)) * full / (full - 1), -float(waveform.min(initial=0)))
    return 0.0 if peak <= 1 else math.floor(20 * math.log10((1 - 0.5 / full) / peak) * _STEPS_PER_DB) / _STEPS_PER_DB
