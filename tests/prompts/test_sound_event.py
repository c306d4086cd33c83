import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.prompts.event_phrase import is_a, load_phrases
from mkaudio.prompts.sound_event import PLACED_S, SURE, SoundEvent, are_alike, gather, tellable

PHRASES = load_phrases()
SPANS = st.lists(st.tuples(st.floats(0, 8), st.floats(0.1, 2)), min_size=1, max_size=3).map(
    lambda pairs: tuple(sorted((start_s, start_s + long_s) for start_s, long_s in pairs))
)
EVENTS = st.lists(
    st.builds(SoundEvent, st.sampled_from(list(PHRASES)), SPANS, st.floats(0.3, 1.0)),
    max_size=8,
    unique_by=lambda e: e.label,
)


def event(label, start_s=0.0, end_s=1.0, confidence=0.9):
    return SoundEvent(label, ((start_s, end_s),), confidence)


def told(*events):
    return [one.label for one in tellable(events)]


def test_spans_of_a_class_are_gathered_and_the_surest_class_is_first():
    rows = [("Rain", 0.0, 9.0, 0.8), ("Bark", 5.0, 6.0, 0.9), ("Bark", 1.0, 2.0, 0.7), ("No such class", 0.0, 1.0, 1.0)]
    assert gather(rows) == (
        SoundEvent("Bark", ((1.0, 2.0), (5.0, 6.0)), 0.9),
        SoundEvent("Rain", ((0.0, 9.0),), 0.8),
    )


def test_spans_of_a_class_that_meet_are_one():
    rows = [("Bark", 1.0, 4.0, 0.7), ("Bark", 2.0, 3.0, 0.9), ("Bark", 4.0, 5.0, 0.8), ("Bark", 6.0, 7.0, 0.8)]
    assert gather(rows) == gather(reversed(rows)) == (SoundEvent("Bark", ((1.0, 5.0), (6.0, 7.0)), 0.9),)


def test_time_shared_is_counted_span_by_span():
    bark = SoundEvent("Bark", ((1.0, 2.0), (5.0, 6.0)), 0.9)
    assert bark.heard_s == 2.0 and (bark.start_s, bark.end_s) == (1.0, 6.0)
    assert bark.shared_s(event("Rain", 1.5, 5.25)) == event("Rain", 1.5, 5.25).shared_s(bark) == 0.75
    assert bark.shared_s(event("Rain", 2.0, 5.0)) == 0


@given(EVENTS)
def test_what_is_told_is_sure_sayable_and_never_one_thing_twice(events):
    labels = told(*events)
    confidence = {one.label: one.confidence for one in events}
    for label in labels:
        assert confidence[label] >= SURE and not PHRASES[label].general and not PHRASES[label].blind
        assert not any(other != label and is_a(other, label) for other in labels)


@pytest.mark.parametrize(
    ("events", "labels"),
    [
        ([event("Dog", confidence=0.95), event("Bark", confidence=0.8)], ["Dog"]),
        ([event("Bark", confidence=0.95), event("Dog", confidence=0.8)], ["Bark"]),
        ([event("Dog", confidence=0.95), event("Bark", confidence=SURE - 0.01)], ["Dog"]),
        ([event("Bark"), event("Dog", 5.0, 6.0)], ["Bark"]),
        ([event("Animal"), event("Bark")], ["Bark"]),
        ([event("Slam"), event("Thump, thud")], ["Slam"]),
        ([event("Slam"), event("Thump, thud", 5.0, 6.0)], ["Slam", "Thump, thud"]),
        ([event("Thunder"), event("Gunshot, gunfire", 5.0, 6.0)], ["Thunder"]),
        ([event("Drip"), event("Rain", 5.0, 6.0)], ["Drip"]),
        ([event("Clatter"), event("Thump, thud", 5.0, 6.0)], ["Clatter"]),
        ([event("Rain", 0.0, 9.0), event("Speech", 2.0, 2.0 + PLACED_S - 0.1)], ["Rain"]),
        ([event("Cello"), event("Violin, fiddle")], ["Cello"]),
        ([event("Speech"), event("Rain", 0.0, 9.0)], ["Speech", "Rain"]),
        ([event("Fart"), event("Silence"), event("Rain")], ["Rain"]),
    ],
)  # fmt: skip
def test_one_sound_under_two_names_is_told_once(events, labels):
    assert told(*events) == labels


def test_kin_and_look_alikes_are_alike_both_ways_and_a_label_that_is_no_class_only_to_itself():
    for one, other, alike in (
        ("Dog", "Bark", True), ("Dog", "Cat", False), ("Animal", "Cat", True), ("Water", "Liquid", True), ("Rain", "Rain", True),
        ("knife", "knife", True), ("knife", "Rain", False),
    ):  # fmt: skip
        assert are_alike(one, other) == are_alike(other, one) == alike
