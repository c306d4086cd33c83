import numpy as np

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.filters import Sound
from mkaudio.pipeline.filters.duration import DurationFilter
from mkaudio.shards import Reason


def test_a_sound_as_long_as_the_limit_is_kept_and_one_sample_less_is_not():
    def judged(n_frames):
        return DurationFilter(0.5).refuse(Sound(np.ones((2, n_frames), np.float32), 8_000, 0.0))

    assert judged(4_000) is None and judged(80_000) is None
    refusal = judged(3_992)
    assert refusal.reason is Reason.TOO_SHORT and refusal.message == "0.499 s; --min-duration-s 0.5"
    assert judged(3_999) is not None


def test_a_whole_window_is_as_long_as_itself_at_any_rate():
    config = DistillConfig(window_s=2.5, min_duration_s=2.5)
    for rate_hz in (8_000, 11_025, 44_100):  # 2.5 s at 11,025 Hz are half a sample more than a window has
        whole = Sound(np.ones((1, config.window_frames(rate_hz)), np.float32), rate_hz, 0.0)
        assert DurationFilter(config.min_duration_s).refuse(whole) is None
