"""Which filters a run has, in which order they are asked, and that a window has one reason."""

import numpy as np

from mkaudio.pipeline import DistillConfig
from mkaudio.pipeline.filters import Sound, first_refusal, sound_filters
from mkaudio.shards import Reason

SILENT_AND_ALL_ELSE = Sound(np.ones((1, 400), np.float32), 8_000, -90.0)
"""Silent by its level, short, clipped, and of a rate that holds no more than 4 kHz."""
ALL = {"min_duration_s": 1.0, "max_clipped_share": 0.1, "min_bandwidth_hz": 4_001.0}


def test_silence_is_asked_first_and_each_of_the_others_in_its_turn():
    reasons = []
    for off in (
        {},
        {"silence_dbfs": -200.0},
        {"min_duration_s": 0.0},
        {"max_clipped_share": 1.0},
        {"min_bandwidth_hz": 0.0},
    ):
        ALL.update(off)
        refusal = first_refusal(sound_filters(DistillConfig(**ALL)), SILENT_AND_ALL_ELSE)
        reasons.append(refusal.reason if refusal else None)
    assert reasons == [Reason.SILENT_WINDOW, Reason.TOO_SHORT, Reason.CLIPPED, Reason.NARROW_BAND, None]


def test_by_default_only_silence_and_the_hopelessly_clipped_go():
    def judged(share):
        waveform = np.zeros((1, 1_000), np.float32)
        waveform[0, : round(1_000 * share)] = 1.0
        refusal = first_refusal(sound_filters(DistillConfig()), Sound(waveform, 8_000, 0.0))
        return refusal and refusal.reason

    assert judged(0.5) is None and judged(0.51) is Reason.CLIPPED
