import numpy as np
import pytest

from mkaudio.pipeline.timeline import ACTIVE, STILL_ACTIVE, timeline_of

CLASSES = ("Dog", "Rain", "Speech", "Music")
HOP_S, PATCH_S = 0.48, 0.96


def spans(*probabilities, label="Dog"):
    posteriors = np.zeros((len(probabilities), len(CLASSES)), np.float32)
    posteriors[:, CLASSES.index(label)] = probabilities
    events = timeline_of(posteriors, CLASSES, HOP_S, PATCH_S, (len(probabilities) + 1) * HOP_S).events
    assert {event.label for event in events} <= {label}
    return sorted((event.start_s, event.end_s, event.confidence) for event in events)


def test_a_patch_stands_for_the_hop_around_its_centre_and_the_outer_ones_reach_to_the_ends():
    assert spans(0, 0, 0.9, 0, 0) == [(1.2, 1.68, 0.9)]
    assert spans(0.9, 0, 0, 0, 0.8) == [(0.0, 0.72, 0.9), (2.16, 2.88, 0.8)]


def test_only_what_reaches_the_upper_threshold_is_an_event_and_it_goes_on_down_to_the_lower():
    assert spans(0, 0, ACTIVE - 0.01, 0, 0) == []
    assert [start_s for start_s, *_ in spans(0, STILL_ACTIVE, ACTIVE, 0, 0)] == [0.72]
    assert [start_s for start_s, *_ in spans(0, STILL_ACTIVE - 0.01, ACTIVE, 0, 0)] == [1.2]


def test_what_is_faint_is_no_event_of_its_own_beside_one():
    assert spans(0, 0.9, 0, 0, STILL_ACTIVE, 0) == [(0.72, 1.2, 0.9)]


def test_a_gap_of_one_patch_ends_no_event_and_two_do():
    assert len(spans(0, 0.9, 0, 0.9, 0)) == 1
    assert len(spans(0, 0.9, 0, 0, 0.9, 0)) == 2


@pytest.mark.parametrize(("label", "shares"), [("Speech", (0.5, 0.0)), ("Music", (0.0, 0.5)), ("Rain", (0.0, 0.0))])
def test_shares_of_speech_and_music_count_active_patches(label, shares):
    posteriors = np.zeros((4, len(CLASSES)), np.float32)
    posteriors[:2, CLASSES.index(label)] = ACTIVE
    timeline = timeline_of(posteriors, CLASSES, HOP_S, PATCH_S, 2.4)
    assert (timeline.speech_share, timeline.music_share) == shares
