import re

import pytest
from benchmarks.accepted import events_of, load_accepted, names

from mkaudio.prompts import load_phrases, sentence
from mkaudio.prompts.joining import FORMS, filled

PARTS = load_accepted()
EMPTY_WORDS = ("sound", "noise", "audio", "effect", "recording")

UNJUDGED = {
    *("ab attack", "ab die", "air attack", "air hit", "attack", "ground attack", "good morning", "hell"),
    *("green", "join", "sherif"),
}


@pytest.mark.parametrize("part", ["val", "train"])
def test_every_stem_is_a_lower_case_word_that_says_something(part):
    for label, stems in PARTS[part].items():
        for stem in stems:
            assert re.fullmatch(r"[a-z]+( [a-z]+)*\.?", stem), (label, stem)
            assert stem.rstrip(".") not in EMPTY_WORDS, (label, stem)


@pytest.mark.parametrize("part", ["val", "train"])
def test_every_label_is_words(part):
    for label in PARTS[part]:
        assert re.fullmatch(r"[a-z0-9][a-z0-9 ,:/()+-]*", label), label


def test_a_label_is_left_unjudged_only_by_name():
    unjudged = {label for part in PARTS.values() for label, stems in part.items() if not stems}
    assert unjudged == UNJUDGED


@pytest.mark.parametrize(
    ("text", "stem", "right"),
    [
        ("a cat meows", "cat", True),
        ("words concatenate", "cat", False),
        ("A CAT-like yowl", "cat", True),
        ("A stone leaves the catapult.", "cat", True),
        ("A stone leaves the catapult.", "cat.", False),
        ("Two cats fight.", "cat.", True),
        ("Someone is beatboxing.", "beatbox", True),
        ("Someone is beatboxing.", "beat.", False),
        ("A human voice", "hum.", False),
        ("A bass  drum", "bass drum", True),
        ("Hooves clip-clop.", "clip clop", True),
        ("An open hi-hat", "hi-hat", True),
        ("An owl hoots.", "howl", False),
        ("", "dog", False),
    ],
)
def test_a_stem_counts_at_the_start_of_a_word(text, stem, right):
    assert names(text, (stem,)) is right
    assert names(text.upper(), ("zzz", stem)) is right


def test_no_stems_name_nothing():
    assert not names("a dog barks", ())


@pytest.mark.parametrize(
    ("label", "caption", "right"),
    [
        ("dog", "A dog barks.", True),
        ("dog", "An animal calls.", False),
        ("cat", "A gate creaks as cattle pass.", False),
        ("water drop", "Water drips.", True),
        ("car passing", "A deck of cards is shuffled.", False),
        ("musical instrument trumpet", "Someone plays a trumpet.", True),
        ("ox", "Cattle moo.", True),
        ("laugh male", "Someone is laughing.", True),
    ],
)
def test_the_table_judges_as_a_listener_would(label, caption, right):
    assert names(caption, PARTS["val"][label]) is right


@pytest.mark.parametrize("form", FORMS)
def test_a_prompt_is_split_into_its_events(form):
    clauses = ["a dog barks with joy", "a door opens and closes", "rain falls"]
    nouns = ["a dog barking", "a door opening and closing", "rain falling"]
    n_events = 3 if "c}" in form else 2
    prompt = sentence(filled(form, clauses[:n_events], nouns[:n_events]))
    parts = events_of(prompt)
    assert len(parts) == n_events
    for stem in ("dog", "door", "rain")[:n_events]:
        assert sum(names(part, (stem,)) for part in parts) == 1, (prompt, parts)


def test_a_clause_of_a_phrase_is_one_event():
    for phrase in load_phrases().values():
        for clause in (*phrase.clauses, phrase.repeats, phrase.lasts) if not phrase.general else ():
            assert events_of(sentence(clause)) == [sentence(clause)]
