"""An event's sound: at the wanted rate, faded only where it was cut, measured, never clipped."""

import numpy as np
import pytest
from sounds import noise, strongest_hz, tone

from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.events.settings import EventSettings
from mkaudio.pipeline.events.trim import fade, trim

NOT_CUT = (False, False)


def burst(rate_hz=16_000, channels=1, peak=0.5):
    """A second of tone between two of silence."""
    waveform = np.zeros((channels, 5 * rate_hz), np.float32)
    waveform[:, 2 * rate_hz : 3 * rate_hz] = tone(600, rate_hz, rate_hz, peak)
    return waveform


def trimmed(waveform, rate_hz=16_000, lasts=False, goes_on=NOT_CUT, **settings):
    return trim(waveform, rate_hz, None, lasts, goes_on, EventSettings(**settings))


@pytest.mark.parametrize(
    ("rate_hz", "wanted_hz", "channels"), [(16_000, 16_000, 1), (44_100, 16_000, 2), (8_000, 22_050, 1)]
)
def test_the_tone_survives_at_the_wanted_rate(rate_hz, wanted_hz, channels):
    event, samples = trimmed(burst(rate_hz, channels), rate_hz, sample_rate_hz=wanted_hz)
    assert samples.dtype == np.int16 and len(samples) == pytest.approx(1.02 * wanted_hz, abs=0.03 * wanted_hz)
    assert strongest_hz(samples.astype(float), wanted_hz) == pytest.approx(600, abs=2)
    assert (event.start_s, event.end_s) == pytest.approx((2.0, 3.0), abs=0.021)
    assert event.peak_dbfs == pytest.approx(20 * np.log10(0.5), abs=0.1)


def test_the_level_is_that_of_what_sounds():
    waveform = noise(32_000, 0.1)
    assert trimmed(waveform)[0].level_dbfs == pytest.approx(-20, abs=0.1)
    with_pause = np.concatenate((waveform, np.zeros((1, 8_000), np.float32), waveform), axis=1)
    assert trimmed(with_pause)[0].level_dbfs == pytest.approx(-20, abs=0.1)


def test_only_cut_edges_are_faded():
    whole = noise(16_000, 0.1)
    _, samples = trimmed(whole)
    assert np.array_equal(samples, np.rint(whole[0] * 32768).astype(np.int16))
    _, cut = trimmed(whole, max_s=0.5)
    assert np.array_equal(cut[: 8_000 - 160], samples[: 8_000 - 160]) and abs(int(cut[-1])) <= 2
    _, inside = trimmed(whole, lasts=True, goes_on=(True, True))  # the window was cut out of a longer sound
    assert np.array_equal(inside[80:-160], samples[80:-160]) and max(abs(int(inside[0])), abs(int(inside[-1]))) <= 2


def test_fades_rise_and_fall_evenly():
    waveform = np.ones(1_000, np.float32)
    fade(waveform, 16_000, at_start=True, at_end=False)
    assert (np.diff(waveform[:80]) > 0).all() and (waveform[80:] == 1).all()


def test_an_attack_is_not_touched():
    _, samples = trimmed(burst())
    first = int(np.flatnonzero(samples)[0])
    expected = np.rint(tone(600, 200, 16_000)[0] * 32768).astype(np.int16)
    assert np.array_equal(samples[first - 1 : first + 199], expected)  # the sine begins at 0


def test_crests_that_resampling_raises_lower_the_whole():
    square = np.sign(tone(300, 44_100, 44_100)) * np.float32(0.99)
    event, samples = trimmed(square, 44_100)
    assert samples.min() > -32_768 and event.peak_dbfs <= 0 and (samples == samples.max()).sum() < 50


def test_what_cannot_be_used():
    assert trimmed(burst(peak=0.003)) is LeftOut.TOO_QUIET
    assert trimmed(np.clip(tone(600, 16_000, 16_000, 3.0), -1, 1)) is LeftOut.CLIPPED
    short = tone(600, 16_000, 16_000)
    assert trimmed(short, goes_on=(True, False)) is LeftOut.CUT_OFF
    assert isinstance(trimmed(short, lasts=True, goes_on=(True, False)), tuple)
    assert isinstance(trimmed(tone(600, 48_000, 16_000), goes_on=(False, True)), tuple)  # a long piece of it
    assert isinstance(trimmed(burst(), goes_on=(True, True)), tuple)  # it does not sound at the clip's edges


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sample_rate_hz": 1}, "--rate 1"),
        ({"max_per_class": 0}, "--max-per-class 0"),
        ({"min_confidence": 1.5}, "--min-confidence 1.5"),
        ({"min_s": 3.0, "max_s": 2.0}, "--min-s 3, --max-s 2"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, said):
    with pytest.raises(ValueError, match=said):
        EventSettings(**settings)
