import re

from hypothesis import given, settings
from hypothesis import strategies as st

from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.joining import split_events
from mkaudio.prompts.scene import scene_captions, single_caption
from mkaudio.prompts.sound_event import SoundEvent, tellable

SAYABLE = [name for name, phrase in load_phrases().items() if not (phrase.general or phrase.blind)]
SEEDS = st.integers(0, 2**64 - 1)
WORDS = {"Bark": r"\b(dog|bark)", "Rain": r"\b(rain|raining)\b", "Bell": r"\bbell\b", "Speech": r"\b(speak|talk)"}


def event(label, start_s, end_s, confidence=0.9):
    return SoundEvent(label, ((start_s, end_s),), confidence)


def order_said(text):
    """The labels in the order that a sentence gives them; none where it gives none. Written apart from the code."""
    parts = split_events(re.sub(r", (with|while) [^,]* in the background", "", text))
    ordered = " after " in text or " before " in text or re.search(r", (and )?(then|finally|followed)", text)
    labels = [next(label for label, word in WORDS.items() if re.search(word, part.lower())) for part in parts]
    return (labels[::-1] if " after " in text else labels) if ordered else []


@settings(max_examples=50)
@given(SEEDS, st.permutations(["Bark", "Speech", "Bell"]), st.integers(2, 3), st.floats(0, 1))
def test_the_order_said_is_the_order_heard(seed, labels, n_events, gap_s):
    events = [
        event(label, number * (2 + gap_s), number * (2 + gap_s) + 2) for number, label in enumerate(labels[:n_events])
    ]
    captions = scene_captions(tuple(reversed(events)), 9.0, seed)
    assert len(captions) == n_events - 1
    two, three = events[-2:], events
    assert order_said(captions[0].text) == [one.label for one in two]
    assert order_said(captions[-1].text) == [one.label for one in (three if n_events == 3 else two)]


@given(SEEDS, st.floats(0, 2))
def test_what_is_heard_at_once_has_no_order(seed, late_s):
    text = scene_captions((event("Speech", 0, 6), event("Bell", late_s, 6)), 9.0, seed)[0].text
    assert order_said(text) == [] and re.search(" while | as ", text)


@given(SEEDS)
def test_what_lies_under_all_is_in_the_background(seed):
    rain, bark, bell = event("Rain", 0, 10), event("Bark", 1, 2), event("Bell", 4, 5)
    two, three = scene_captions((bark, rain, bell), 10.0, seed)
    for caption in (two, three):
        assert re.search(r"rain(ing|s)?\b.*in the background", caption.text.lower()), caption
    assert two.n_events == 2 and three.n_events == 3 and order_said(three.text) == ["Bark", "Bell"]


@given(SEEDS)
def test_only_what_lasts_makes_a_background(seed):
    (caption,) = scene_captions((event("Speech", 1, 3), event("Bark", 0, 10)), 10.0, seed)
    assert "background" not in caption.text


@given(SEEDS)
def test_where_the_timeline_says_nothing_nothing_is_said(seed):
    between = SoundEvent("Bark", ((0.0, 1.0), (4.0, 5.0)), 0.9)
    (caption,) = scene_captions((between, event("Bell", 2, 3)), 10.0, seed)
    assert order_said(caption.text) == [] and ", and " in caption.text


EVENTS = st.lists(
    st.builds(event, st.sampled_from(SAYABLE), st.floats(0, 4), st.floats(4.1, 9), st.floats(0.3, 1)),
    max_size=6, unique_by=lambda one: one.label,
)  # fmt: skip


@given(EVENTS, SEEDS)
def test_no_caption_names_more_than_is_supported(events, seed):
    told = tellable(sorted(events, key=lambda one: -one.confidence))
    captions = scene_captions(told, 9.0, seed)
    assert captions == scene_captions(told, 9.0, seed)
    assert len(captions) <= max(0, len(told) - 1)
    for caption in captions:
        assert caption.n_events == len(split_events(caption.text)) <= min(3, len(told)), caption


def test_wording_varies_with_the_seed_and_with_nothing_else():
    texts = [single_caption(event("Gunshot, gunfire", 0, 1), 1.0, seed).text for seed in range(100)]
    assert texts == [single_caption(event("Gunshot, gunfire", 0, 1), 1.0, seed).text for seed in range(100)]
    assert len(set(texts)) == len(load_phrases()["Gunshot, gunfire"].clauses)
