import pytest

from mkaudio.shards import heard_in, heard_line, total_heard
from mkaudio.shards.heard import is_heard

CLIPS = [(10.0, 0.5, 0.0), (5.0, 0.49, 1.0), (2.5, 1.0, 0.9)]


def test_a_clip_counts_from_the_share_on_with_its_whole_length():
    assert heard_in(CLIPS, 0.5, 0.95) == {
        "clips": 3, "audio_s": 17.5, "speech_clips": 2, "speech_s": 12.5, "music_clips": 1, "music_s": 5.0,
    }  # fmt: skip


def test_shards_add_up_to_the_whole():
    parts = [heard_in([clip], 0.5, 0.5) for clip in CLIPS]
    assert total_heard(parts) == heard_in(CLIPS, 0.5, 0.5)
    assert total_heard([]) == heard_in([], 0.5, 0.5)


def test_a_person_reads_clips_and_hours():
    line = heard_line({
        "clips": 3290.0, "audio_s": 36_000.0, "speech_clips": 412.0, "speech_s": 3_600.0, "music_clips": 1200.0,
        "music_s": 18.0,
    })  # fmt: skip
    assert line == "speech in 412 of 3,290 clips (1.00 of 10.00 h), music in 1,200 (0.01 h)"


@pytest.mark.parametrize("wrong", [None, [], {}, {"clips": 1}])
def test_what_is_not_whole_is_not_believed(wrong):
    assert not is_heard(wrong)


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), True, "1", None])
def test_no_number_of_it_may_be_absurd(value):
    good = heard_in(CLIPS, 0.5, 0.5)
    assert is_heard(good) and not any(is_heard({**good, name: value}) for name in good)
