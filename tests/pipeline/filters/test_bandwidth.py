"""Noise of a known band, stored at a rate that could hold more; and sounds that are tilted but whole."""

import numpy as np
import pytest
import soxr
from sounds import noise, on_grid, tone

from mkaudio.pipeline.filters import Sound
from mkaudio.pipeline.filters.bandwidth import BandwidthFilter, bandwidth_hz
from mkaudio.shards import Reason

RATE_HZ = 44_100


def upsampled(waveform, from_hz):
    """16-bit sound at 44.1 kHz that was at a lower rate before."""
    return on_grid(soxr.resample(waveform[0], from_hz, RATE_HZ)[None], 16)


def tilted(db_per_octave, n_frames=RATE_HZ, seed=0):
    """Noise whose level falls evenly from 100 Hz up to half the rate."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n_frames))
    hz = np.fft.rfftfreq(n_frames, 1 / RATE_HZ)
    shaped = np.fft.irfft(spectrum * 10 ** (db_per_octave / 20 * np.log2(np.maximum(hz, 100) / 100)), n_frames)
    return on_grid((0.5 * shaped / np.abs(shaped).max())[None].astype(np.float32), 16)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050])
def test_what_was_at_a_lower_rate_ends_where_that_rate_ended(rate_hz):
    found_hz = bandwidth_hz(upsampled(noise(rate_hz * 2), rate_hz), RATE_HZ)
    assert 0.85 * rate_hz / 2 < found_hz < 1.05 * rate_hz / 2


def test_white_noise_goes_all_the_way_whatever_its_level():
    for rms in (0.001, 0.01, 0.2):
        assert bandwidth_hz(on_grid(noise(RATE_HZ, rms), 16), RATE_HZ) > 0.95 * RATE_HZ / 2


@pytest.mark.parametrize("db_per_octave", [0, -3, -6, -9])
def test_a_tilted_spectrum_is_not_a_narrow_one(db_per_octave):
    assert bandwidth_hz(tilted(db_per_octave), RATE_HZ) > 16_000


def test_a_tilted_sound_that_was_telephone_is_narrow_all_the_same():
    for db_per_octave in (-3, -6, -9):
        through = soxr.resample(tilted(db_per_octave)[0], RATE_HZ, 8_000)[None]
        assert bandwidth_hz(upsampled(through, 8_000), RATE_HZ) < 4_500


def test_the_noise_of_16_bits_is_no_sound():
    """Quiet telephone: what rounding adds above 4 kHz is only 30 dB below it."""
    assert bandwidth_hz(upsampled(noise(16_000, rms=0.001), 8_000), RATE_HZ) < 4_500
    assert bandwidth_hz(on_grid(noise(RATE_HZ, rms=2**-16), 16), RATE_HZ) == 0.0


def test_a_tone_is_as_wide_as_it_is_high():
    assert bandwidth_hz(tone(5_000, RATE_HZ, RATE_HZ), RATE_HZ) == pytest.approx(5_000, rel=0.1)


def test_channels_are_added_so_that_opposite_ones_do_not_cancel():
    one = noise(RATE_HZ)
    assert bandwidth_hz(np.concatenate([one, -one]), RATE_HZ) == bandwidth_hz(one, RATE_HZ)


def test_short_and_empty_sounds_do_no_harm():
    assert bandwidth_hz(np.zeros((1, 5), np.float32), RATE_HZ) == 0.0
    assert bandwidth_hz(noise(300), RATE_HZ) > 15_000


def test_frames_are_taken_in_pieces_without_a_seam():
    """A burst anywhere in a long sound is met."""
    waveform = np.zeros((1, 300 * 1024), np.float32)
    waveform[0, 200_000:200_100] = noise(100)[0]
    assert bandwidth_hz(waveform, RATE_HZ) > 20_000


def test_the_message_says_what_was_found():
    sound = Sound(upsampled(noise(16_000), 8_000), RATE_HZ, 0.0)
    assert BandwidthFilter(3_000.0).refuse(sound) is None
    refusal = BandwidthFilter(6_000.0).refuse(sound)
    assert refusal.reason is Reason.NARROW_BAND
    assert refusal.message == f"sound up to {bandwidth_hz(sound.waveform, RATE_HZ):.0f} Hz; --min-bandwidth-hz 6000"
