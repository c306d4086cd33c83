"""Label words as noun phrases: article, plural, mass; none where the words are no noun phrase for sure."""

import pytest

from mkaudio.prompts import noun_phrase


@pytest.mark.parametrize(("label", "phrase"), [
    ("metal gate 2", "a metal gate"), ("Metal Gate", "a metal gate"), ("gate_03", "a gate"),
    ("old engine (2)", "an old engine"),
    ("hourly bell", "an hourly bell"), ("footsteps on grass", "footsteps on grass"), ("doors", "doors"),
    ("glass bottles", "glass bottles"),
    ("rain", "rain"), ("boat on river", "a boat on a river"), ("goblin grunting", "a goblin grunting"),
    ("sawing", "sawing"),
    ("two dogs", "two dogs"), ("the gate", "the gate"), ("shotgun", "a shotgun"), ("robot5", "a robot"),
    ("people", "people"),
])  # fmt: skip
def test_made(label, phrase):
    assert noun_phrase(label.replace("_", " ")) == phrase


@pytest.mark.parametrize("label", [
    "dig cracky", "man plays guitar", "dog chased car", "orc die", "woodlux", "and gate", "", "12", "chien",
    "he shut door", "reload shotgun",
])  # fmt: skip
def test_not_made(label):
    assert noun_phrase(label) == ""
