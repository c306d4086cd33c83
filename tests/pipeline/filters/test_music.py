import pytest

from mkaudio.pipeline.filters.music import MusicFilter
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Reason


@pytest.mark.parametrize(
    ("wanted", "share", "reason"),
    [
        ("keep", 0.9, None), ("keep", 0.1, None), ("drop", 0.9, Reason.MUSIC), ("drop", 0.6, Reason.MUSIC), ("drop", 0.1, None),
        ("only", 0.9, None), ("only", 0.6, None), ("only", 0.59, Reason.NO_MUSIC),
    ],
)  # fmt: skip
def test_what_is_wanted_is_kept(wanted, share, reason):
    refusal = MusicFilter(wanted, 0.6).refuse(Timeline((), 1 - share, share))
    assert (refusal.reason if refusal else None) == reason
    if refusal:
        assert refusal.message == f"music in {share:.4f} of the window; --music {wanted} --music-share 0.6"
