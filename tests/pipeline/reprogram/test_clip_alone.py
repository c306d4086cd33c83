"""A clip alone: its very samples where nothing is to be changed, and else what soxr makes of it."""

from dataclasses import replace

import numpy as np
import pytest
import soxr
from composing import whole
from streaming import noise_of

from mkaudio.pipeline.reprogram import Base, Recipe
from mkaudio.pipeline.reprogram.compose import Composer
from mkaudio.shards import dequantise

BASE = Base(3, "0000000003", "A noise.", 2, 4_000, 8_000, 1, 16, (), licence="CC0-1.0", attribution="somebody")


def plain(samples, base=BASE, **recipe):
    settings = {"sample_rate_hz": 8_000, **recipe}
    base = replace(base, channels=len(samples), n_frames=samples.shape[1])
    sound = whole(dequantise(samples, base.bit_depth), base.sample_rate_hz)
    return Composer(Recipe(**settings), None, None).compose(2, base, sound.read)


@pytest.mark.parametrize("bit_depth", [16, 24])
def test_what_needs_no_change_has_none(bit_depth):
    samples = noise_of(1, 4_000, bit_depth=bit_depth)
    samples[0, :2] = -(1 << (bit_depth - 1)), (1 << (bit_depth - 1)) - 1
    found = plain(samples, replace(BASE, bit_depth=bit_depth))
    assert np.array_equal(found.samples, samples) and found.samples.dtype == samples.dtype
    stated = found.composition
    assert (stated.key, stated.prompt, stated.n_events, stated.epoch, stated.index) == (BASE.key, BASE.prompt, 2, 2, 3)
    assert (stated.n_drawn, stated.relation, stated.template, stated.gain_db) == (0, "X", "", 0.0)
    (part,) = stated.parts
    assert (part.start_s, part.end_s, part.licence, part.attribution) == (0.0, 0.5, "CC0-1.0", "somebody")


def test_another_rate_is_soxr_and_has_the_nearest_number_of_frames():
    samples = noise_of(1, 4_001)
    for rate_hz, n_frames in ((16_000, 8_002), (5_000, 2_501), (11_025, 5_514)):
        found = plain(samples, sample_rate_hz=rate_hz)
        wanted = soxr.resample(dequantise(samples[0], 16), 8_000, rate_hz, quality="HQ")
        assert found.samples.shape == (1, n_frames) == (1, found.composition.n_frames)
        length = min(n_frames, len(wanted))
        error = dequantise(found.samples, 16)[0, :length] - wanted[:length]
        assert np.abs(error).max() <= 0.5 / 32_768 + 1e-7


def test_channels_are_mixed_or_doubled():
    stereo, mono, six = noise_of(1, 500, 2), noise_of(2, 500, 1), noise_of(3, 500, 6)
    assert np.array_equal(plain(stereo, channels=2).samples, stereo)
    assert np.array_equal(plain(mono, channels=2).samples, np.repeat(mono, 2, axis=0))
    assert np.abs(plain(stereo).samples - stereo.mean(axis=0)).max() <= 0.5
    assert np.abs(plain(six, channels=2).samples - six.mean(axis=0)).max() <= 0.51


def test_what_swings_beyond_full_scale_is_turned_down_and_not_clipped():
    square = np.where(np.arange(4_000) // 20 % 2, 32_767, -32_768).astype(np.int16)[None]
    found = plain(square, sample_rate_hz=16_000)
    assert -6 < found.composition.gain_db < 0
    assert found.samples.max() < 32_767 and found.samples.min() > -32_768
    wanted = soxr.resample(dequantise(square[0], 16), 8_000, 16_000, quality="HQ") * 10 ** (
        found.composition.gain_db / 20
    )
    assert np.abs(dequantise(found.samples, 16)[0] - wanted).max() <= 0.5 / 32_768 + 1e-6
