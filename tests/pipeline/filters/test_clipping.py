"""A sine that is amplified by g and cut off stands at full scale 1 - 2/π asin(1/g) of the time."""

import numpy as np
import pytest
from sounds import by_soundfile, noise, on_grid, tone

from mkaudio.pipeline.filters import Sound
from mkaudio.pipeline.filters.clipping import ClippingFilter, clipped_share
from mkaudio.shards import Reason

RATE_HZ = 44_100


def cut(gain, bits=16, frequency_hz=440.0):
    return on_grid(np.clip(tone(frequency_hz, RATE_HZ, RATE_HZ, peak=gain), -1, 1), bits)


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("gain", [1.5, 2.0, 10.0])
def test_the_share_of_a_cut_sine_is_what_geometry_says(gain, bits):
    due = 1 - 2 / np.pi * np.arcsin(1 / gain)
    assert clipped_share(cut(gain, bits)) == pytest.approx(due, abs=0.01)


def test_a_loud_wave_that_is_not_cut_has_none():
    assert clipped_share(cut(1.0)) == 0.0
    assert clipped_share(on_grid(tone(11_025, RATE_HZ, RATE_HZ, peak=1.0), 16)) == 0.0  # every second sample at a crest
    assert clipped_share(noise(RATE_HZ, rms=0.2)) == 0.0
    assert clipped_share(cut(1.0, frequency_hz=20.0)) <= 0.007


def test_fast_swings_between_both_ends_are_no_run():
    assert clipped_share(np.tile(np.array([1, -1], np.float32), 500)[None]) == 0.0


def test_runs_of_two_do_not_count_and_runs_of_three_do_whole():
    waveform = np.zeros((1, 100), np.float32)
    waveform[0, 10:12], waveform[0, 20:23], waveform[0, 96:] = 1.0, -1.0, 1.0
    assert clipped_share(waveform) == 0.07


def test_what_a_lossy_codec_returns_beyond_full_scale_counts():
    import io

    import soundfile

    whole = np.concatenate([cut(8.0)] * 2)
    decoded, _ = soundfile.read(io.BytesIO(by_soundfile(whole, RATE_HZ, "OGG", "VORBIS")), dtype="float32")
    assert clipped_share(decoded.T) > 0.2


def test_the_worst_channel_counts_and_short_sounds_do_no_harm():
    assert clipped_share(np.concatenate([cut(1.0), cut(2.0)])) == clipped_share(cut(2.0))
    for n_frames in range(4):
        assert clipped_share(np.ones((1, n_frames), np.float32)) == float(n_frames == 3)


def test_the_limit_itself_is_kept_and_the_message_says_what_was_found():
    sound = Sound(cut(2.0), RATE_HZ, 0.0)
    share = clipped_share(sound.waveform)
    assert ClippingFilter(share).refuse(sound) is None
    refusal = ClippingFilter(0.5).refuse(sound)
    assert refusal.reason is Reason.CLIPPED
    assert refusal.message == f"{share:.4f} of the samples are clipped; --max-clipped-share 0.5"
