import numpy as np

from mkaudio.pipeline.filters import Sound
from mkaudio.pipeline.filters.silence import SilenceFilter
from mkaudio.shards import Reason


def test_the_peak_decides_and_the_limit_itself_is_kept():
    def judged(peak_dbfs):
        return SilenceFilter(-60.0).refuse(Sound(np.zeros((1, 10), np.float32), 8_000, peak_dbfs))

    assert judged(-60.0) is None and judged(-3.0) is None
    refusal = judged(-60.01)
    assert refusal.reason is Reason.SILENT_WINDOW and refusal.message == "peak -60.01 dBFS is below -60"
