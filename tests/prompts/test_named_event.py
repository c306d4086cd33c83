"""What labels name: one event, several, nothing; and words for it that make a sentence."""

import pytest

from mkaudio.prompts import load_phrases, named_events, noun_phrase
from mkaudio.prompts.named_event import event_of_class, event_of_noun


def labels_of(*labels):
    return [event.words.label for event in named_events(labels)]


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (("dog bark",), ["Bark"]),
        (("dog", "bark"), ["Bark"]),  # one lies above the other
        (("dog; rain",), ["Dog", "Rain"]),
        (("dog and rain",), ["Dog", "Rain"]),
        (("metal_gate 2",), ["metal gate"]),
        (("metal gate", "metal gate 2"), ["metal gate"]),
        (("metal gate", "door"), ["Door"]),  # a class goes before a noun
        (("swordman attack",), []),
        (("mike errecart monkey",), []),
        (("a dog barks at the moon all night",), []),  # a caption names no one thing
        ((), []),
    ],
)
def test_labels_name_one_event_or_several_or_none(labels, named):
    assert labels_of(*labels) == named


def test_words_of_a_class_are_its_phrase():
    phrase = load_phrases()["Applause"]
    event = event_of_class(phrase)
    assert (event.words.noun, event.words.clauses, event.words.plural) == (phrase.noun, phrase.clauses, phrase.plural)
    assert event.lasts is bool(phrase.lasts) and event.phrase is phrase


@pytest.mark.parametrize(
    ("label", "clause"),
    [
        ("metal gate", "a metal gate is heard"),
        ("footsteps on grass", "footsteps on grass are heard"),
        ("lava", "lava is heard"),
        ("old scissors", "old scissors are heard"),
        ("glass", "glass is heard"),
    ],
)
def test_a_noun_is_heard_and_its_verb_agrees(label, clause):
    assert event_of_noun(noun_phrase(label)).words.clauses[0] == clause
