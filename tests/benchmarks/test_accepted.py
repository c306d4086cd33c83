import re

import pytest
from benchmarks.accepted import events_of, load_accepted, names


def test_stems_are_lower_case_words():
    for label, stems in load_accepted().items():
        for stem in (label, *stems):
            assert re.fullmatch(r"[a-z][a-z \-]*", stem), stem


@pytest.mark.parametrize(
    ("text", "stem", "right"),
    [
        ("A cat meows.", "cat", True),
        ("Words concatenate.", "cat", False),
        ("A cat-like sound.", "cat", True),
        ("Someone is beatboxing.", "beatbox", True),
        ("A Drum plays.", "drum", True),
        ("Hooves clip-clop.", "clip-clop", True),
        ("An owl hoots.", "howl", False),
    ],
)
def test_a_stem_counts_at_the_start_of_a_word(text, stem, right):
    assert names(text, (stem,)) is right


def test_a_prompt_is_split_into_its_events():
    assert events_of("A dog barks, and then a cat meows.") == ["A dog barks", "a cat meows."]
    assert events_of("A man speaks while birds chirp.") == ["A man speaks", "birds chirp."]
    assert events_of("A dog barks.") == ["A dog barks."]
