"""One event or not: the label first, what the ear is sure of against it, and nothing else beside."""

import pytest

from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.events.single import single_event
from mkaudio.shards import Event


def heard(*rows):
    return [Event(label, start_s, end_s, confidence) for label, start_s, end_s, confidence in rows]


def of(labels, *rows, **more):
    return single_event(labels, "", heard(*rows), 5.0, **more)


BARK = ("Bark", 0.0, 2.0, 0.9)


def test_the_ear_names_what_stands_alone_with_its_kin():
    event = of((), BARK, ("Dog", 0.0, 2.4, 0.8), ("Animal", 0.0, 2.4, 0.9), ("Inside, small room", 0.0, 5.0, 0.6))
    assert (event.named.words.label, event.named_by, event.confidence, event.span_s) == ("Bark", "ear", 0.9, (0.0, 2.4))


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        (("Speech", 2.5, 4.0, 0.3), LeftOut.SPEECH),
        (("Guitar", 2.5, 4.0, 0.3), LeftOut.MUSIC),
        (("Rain", 2.5, 4.0, 0.3), LeftOut.SEVERAL_EVENTS),
        (("Cat", 2.5, 4.0, 0.3), LeftOut.SEVERAL_EVENTS),  # of one root, but not at once
    ],
)
def test_something_faint_beside_it_leaves_it_out(beside, why):
    assert of((), BARK, beside) is why


def test_the_ear_must_be_sure_and_hear_it_for_long_enough():
    assert of((), ("Bark", 0.0, 2.0, 0.69)) is LeftOut.UNSURE
    assert of((), ("Bark", 0.0, 2.0, 0.69), min_confidence=0.6).confidence == 0.69
    assert of((), ("Bark", 0.0, 0.6, 0.9)) is LeftOut.UNSURE
    assert single_event((), "", heard(("Bark", 0.0, 0.5, 0.9)), 0.5).confidence == 0.9  # the whole clip is that short
    assert of((), ("Animal", 0.0, 2.0, 0.9)) is LeftOut.UNSURE  # names no source


def test_a_label_beats_the_name_that_the_ear_gives():
    event = of(("dog bark",), ("Dog", 0.0, 2.0, 0.9), ("Thump, thud", 0.0, 2.0, 0.95))
    assert (event.named.words.label, event.named_by, event.span_s) == ("Bark", "label", None)
    assert event.confidence == 0.0  # of a dog it is sure, of a bark nothing is known
    assert of(("sheep",), ("Sheep", 0.0, 2.0, 0.6)).confidence == 0.6
    assert of(("sheep",), ("Rain", 0.0, 2.0, 0.69)).named.words.label == "Sheep"  # unsure is no contradiction


def test_a_label_gives_way_where_the_ear_is_sure_of_something_else():
    assert of(("sheep",), ("Engine", 0.0, 2.0, 0.9)) is LeftOut.CONTRADICTED
    assert of(("rain",), ("Rain", 0.0, 5.0, 0.9), ("Bird", 0.0, 2.0, 0.8)) is LeftOut.SEVERAL_EVENTS
    assert of(("sheep",), ("Sheep", 0.0, 2.0, 0.9), ("Speech", 2.0, 4.0, 0.8)) is LeftOut.SPEECH
    assert of(("metal gate",), ("Speech", 2.0, 4.0, 0.8)) is LeftOut.SPEECH
    assert of(("metal gate",), ("Engine", 2.0, 4.0, 0.8)).named.words.noun == "a metal gate"


def test_where_the_ear_is_blind_only_voices_animals_and_music_contradict():
    assert of(("fire",), ("Explosion", 0.0, 2.0, 0.9)).named.words.label == "Fire"
    assert of(("fire",), ("Laughter", 0.0, 2.0, 0.9)) is LeftOut.CONTRADICTED


def test_without_an_ear_the_label_is_all():
    assert single_event(("dog",), "", None, 0.0).named.words.label == "Dog"
    assert single_event((), "", None, 0.0) is LeftOut.NO_NAME
    assert single_event(("dog", "rain"), "", None, 0.0) is LeftOut.SEVERAL_LABELS
    assert single_event(("hund",), "de", None, 0.0) is LeftOut.NO_NAME
    assert single_event(("dog",), "de", None, 0.0) is LeftOut.NO_NAME  # stated to be German: nobody knows what it means
