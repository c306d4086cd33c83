import pytest

from mkaudio.pipeline.filters.speech import SpeechFilter
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Reason


@pytest.mark.parametrize(
    ("wanted", "share", "reason"),
    [
        ("keep", 0.9, None), ("keep", 0.1, None), ("drop", 0.9, Reason.SPEECH), ("drop", 0.6, Reason.SPEECH), ("drop", 0.1, None),
        ("only", 0.9, None), ("only", 0.6, None), ("only", 0.59, Reason.NO_SPEECH),
    ],
)  # fmt: skip
def test_what_is_wanted_is_kept(wanted, share, reason):
    refusal = SpeechFilter(wanted, 0.6).refuse(Timeline((), share, 1 - share))
    assert (refusal.reason if refusal else None) == reason
    if refusal:
        assert refusal.message == f"speech in {share:.4f} of the window; --speech {wanted} --speech-share 0.6"
