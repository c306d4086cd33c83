import numpy as np
import pytest
from sounds import noise, tone

from mkaudio.pipeline.levels import SILENCE_DBFS, active_level_dbfs


def test_a_tone_of_peak_half_has_the_level_of_its_power():
    assert active_level_dbfs(tone(1_000, 16_000, 16_000, peak=0.5), 16_000) == pytest.approx(-9.03, abs=0.01)


def test_pauses_do_not_count_and_gain_counts_in_full():
    burst = noise(8_000, rms=0.1)
    in_silence = np.concatenate([np.zeros((1, 32_000), np.float32), burst, np.zeros((1, 9_600), np.float32)], axis=1)
    assert active_level_dbfs(in_silence, 16_000) == pytest.approx(active_level_dbfs(burst, 16_000), abs=0.02)
    assert active_level_dbfs(burst / 10, 16_000) == pytest.approx(active_level_dbfs(burst, 16_000) - 20, abs=1e-4)


def test_channels_are_averaged_by_power_and_silence_has_a_level():
    burst = noise(8_000, rms=0.1)[0]
    both = np.stack([burst, np.zeros_like(burst)])
    assert active_level_dbfs(both, 16_000) == pytest.approx(active_level_dbfs(burst, 16_000) - 3.01, abs=0.01)
    assert active_level_dbfs(np.zeros(1_000, np.float32), 16_000) == SILENCE_DBFS
    assert active_level_dbfs(np.zeros((1, 0), np.float32), 16_000) == SILENCE_DBFS


def test_a_piece_shorter_than_a_frame_counts_only_where_it_is_all_there_is():
    assert active_level_dbfs(np.full(50, 0.1, np.float32), 16_000) == pytest.approx(-20, abs=1e-3)
    louder_end = np.concatenate([np.full(320, 0.1, np.float32), np.full(50, 0.9, np.float32)])
    assert active_level_dbfs(louder_end, 16_000) == pytest.approx(-20, abs=1e-3)
