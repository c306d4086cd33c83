import re
from itertools import pairwise

import pytest

from mkaudio.prompts.caption import sentence
from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.joining import FORMS, filled, split_events, wants_plain_present

SAID = [phrase for phrase in load_phrases().values() if not phrase.general]
SHIFTS = (0, 173, 346)
VOWEL = re.compile(r"(?!uni|use|usu|uku|eu|one\b|once\b)[aeiou]|hour|honest|heir")


def texts_of(form):
    """The form with every class in every place, and every clause in the first."""
    n_events = 3 if "c}" in form else 2
    for number in range(len(SAID)):
        phrases = [SAID[(number + shift) % len(SAID)] for shift in SHIFTS[:n_events]]
        for place in range(max(len(phrase.clauses) for phrase in phrases)):
            clauses = [phrase.clauses[place % len(phrase.clauses)] for phrase in phrases]
            yield sentence(filled(form, clauses, [phrase.noun for phrase in phrases])), phrases, clauses


@pytest.mark.parametrize("form", FORMS)
def test_every_class_in_every_form_is_a_sentence(form):
    for text, *_ in texts_of(form):
        words = re.findall(r"[\w'-]+", text.lower())
        assert text[0].isupper() and text.endswith(".") and text.count(".") == 1, text
        assert re.fullmatch(r"[A-Za-z' ,-]+\.", text) and "  " not in text and " ," not in text and ",," not in text, (
            text
        )
        doubled = [one for one, other in pairwise(words) if one == other]
        assert not doubled, text
        for article, after in pairwise(words):
            if article in {"a", "an"} and after != "cappella":
                assert (article == "an") == bool(VOWEL.match(after)), text


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_taken_apart_into_its_events(form):
    for text, phrases, clauses in texts_of(form):
        parts = [part.rstrip(".").lower() for part in split_events(text)]
        assert len(parts) == len(phrases), text
        said = {part.removeprefix("first ").removesuffix(" in the background") for part in parts}
        nouns = {phrase.noun.lower() for phrase in phrases}
        assert said <= {clause.lower() for clause in clauses} | nouns, text


def test_no_form_says_before_of_what_is_going_on():
    assert wants_plain_present("{a} before {b}") and wants_plain_present("{b} after {a}")
    assert not wants_plain_present("{a}, and then {b}") and not wants_plain_present("{a} while {b}")
