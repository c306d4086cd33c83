import numpy as np
import pytest
import soxr
from composing import whole
from sounds import noise, on_grid

from mkaudio.pipeline.reprogram.render import faded, mixed, resampled_frames, safe_gain_db, stored, take
from mkaudio.shards import Part


def part(start, end, gain_db=0.0):
    return Part("event", "0", "Bark", 0.0, start / 16_000, end / 16_000, gain_db)


def test_a_whole_sound_at_its_own_rate_is_taken_bit_by_bit():
    sound = on_grid(noise(4_001, channels=1), 16)
    taken = take(whole(sound, 16_000), 0, 4_001, 16_000, 1)
    samples = stored(mixed([taken], [part(0, 4_001)], 4_001, 16_000), 0.0, 16)
    assert np.array_equal(samples, np.rint(sound * 32768).astype(np.int16))


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 44_100, 48_000])
def test_a_whole_sound_at_another_rate_is_what_the_resampler_makes_of_it(rate_hz):
    sound = noise(12_347)
    n_frames = resampled_frames(12_347, rate_hz, 16_000)
    oracle = soxr.resample(sound[0], rate_hz, 16_000, quality="HQ")
    taken = take(whole(sound, rate_hz), 0, n_frames, 16_000, 1)
    assert taken.shape == (1, n_frames) and abs(n_frames - len(oracle)) <= 1
    assert np.array_equal(taken[0, : len(oracle)], oracle[:n_frames])


def test_channels_are_the_mean_or_copies():
    stereo = noise(100, channels=2)
    assert np.allclose(take(whole(stereo, 16_000), 0, 100, 16_000, 1)[0], stereo.mean(axis=0))
    assert np.array_equal(take(whole(stereo, 16_000), 0, 100, 16_000, 2), stereo)
    mono = noise(100)
    assert np.array_equal(take(whole(mono, 16_000), 10, 50, 16_000, 2), np.repeat(mono[:, 10:60], 2, axis=0))


def test_two_fades_that_cross_keep_the_power_and_leave_the_sound_alone():
    def ones():
        return np.ones((1, 1_000), np.float32)

    out, back = faded(ones(), 0, 400)[0, -400:], faded(ones(), 400, 0)[0, :400]
    assert np.allclose(out**2 + back**2, 1, atol=1e-6)
    assert (np.diff(back) > 0).all() and (faded(ones(), 400, 400)[0, 400:-400] == 1).all()


def test_parts_are_added_at_their_places_with_their_gains():
    one, two = np.ones((1, 100), np.float32), np.ones((1, 50), np.float32)
    mix = mixed([one, two], [part(0, 100), part(80, 130, -20.0)], 130, 16_000)
    assert np.allclose(mix[0, :80], 1) and np.allclose(mix[0, 80:100], 1.1) and np.allclose(mix[0, 100:], 0.1)


@pytest.mark.parametrize("bit_depth", [16, 24])
@pytest.mark.parametrize("peak", [0.5, 1.0, 1.7, 40.0])
def test_no_gain_unless_a_sample_would_be_clipped_and_then_none_is(bit_depth, peak):
    full = 1 << (bit_depth - 1)
    for sign in (1, -1):
        mix = (0.9 * peak * noise(1_000, rms=0.3) / np.abs(noise(1_000, rms=0.3)).max()).astype(np.float32)
        mix[0, 7] = sign * peak
        gain_db = safe_gain_db(mix, bit_depth)
        samples = stored(mix.copy(), gain_db, bit_depth)
        fits = peak < 1 or (peak == 1.0 and sign < 0)
        assert (gain_db == 0.0) == fits and gain_db <= 0
        assert -full <= samples.min() and samples.max() <= full - 1
        if not fits:
            assert abs(samples[0, 7]) > full * 0.9998
            assert np.allclose(samples / full, mix * 10 ** (gain_db / 20), atol=1 / full)
