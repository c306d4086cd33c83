import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.find_phrase import find_phrase

PHRASES = load_phrases()


@pytest.mark.parametrize(
    ("words", "name"),
    [("dog bark", "Bark"), ("dog_barking", "Bark"), ("DogBark-02", "Bark"), ("dogs", "Dog"), ("thunder", "Thunder"),
     ("cow", "Cattle, bovinae"), ("fiddle", "Violin, fiddle"), ("gun shot", "Gunshot, gunfire"), ("wolf howl", "Howl"),
     ("water drop", "Drip"), ("police siren", "Police car (siren)"), ("sneeze female", "Sneeze"), ("owl", "Owl"),
     ("humming", "Humming"), ("tapping", "Tap"), ("glass breaking loudly", None), ("horn", None), ("roof", None),
     ("hot", None), ("music loop of drum", None), ("wind mill", None), ("perro", None), ("", None), ("07", None),
     ("silence", None), ("person", None), ("food", None), ("file01", None), ("the", None)],
)  # fmt: skip
def test_label_words_find_their_class_or_none(words, name):
    found = find_phrase(words)
    assert (found.name if found else None) == name


def test_a_class_finds_itself_by_its_name():
    bare = [name for name, phrase in PHRASES.items() if not phrase.general and not re.search(r"[(,]", name)]
    assert [name for name in bare if find_phrase(name) != PHRASES[name]] == []


@given(st.text(max_size=40))
def test_any_label_is_answered(words):
    found = find_phrase(words)
    assert found is None or PHRASES[found.name] == found
