"""The labels expert: English goes out as English, captions stay, other languages are proposed with their language."""

import numpy as np
import pytest
from independent_lint import faults

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.pipeline.experts.labels import LabelsExpert, caption_of_label
from mkaudio.pipeline.linting import lint_all
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Verdict


@pytest.mark.parametrize(("label", "caption"), [
    ("dog_bark", ("A dog barks.", 1)),
    ("dog, bark", ("A dog barks.", 1)),
    ("dog, bark; outdoor", ("A dog barks.", 1)),
    ("dog, rain", ("A dog barks and rain falls.", 2)),
    ("metal gate 2", ("The sound of a metal gate.", 1)),
    ("gate, sword", ("The sound of a gate and a sword.", 2)),
    ("gate, sword, shields", ("The sound of a gate, a sword, and shields.", 3)),
    ("footsteps on grass", ("The sound of footsteps on grass.", 1)),
    ("Violin, fiddle", ("A violin plays a melody.", 1)),
    ("initiate attack", ("Initiate attack.", 0)),
    ("A man speaks, then a dog barks twice.", ("A man speaks, then a dog barks twice.", 0)),
    ("Wind blows", ("Wind blows.", 1)),
    ("", ("", 0)),
])  # fmt: skip
def test_a_label_as_a_sentence(label, caption):
    assert caption_of_label(label) == caption
    assert not caption[0] or not faults(caption[0])


def proposed(labels, language="", file_words=""):
    nothing = np.zeros(1, np.float32)
    clip = HeardClip(1.0, {}, nothing, nothing, Timeline((), 0.0, 0.0), nothing, labels, language, file_words)
    (candidates,) = LabelsExpert().propose([clip])
    linted = lint_all(candidates)
    return [(one.candidate.text, one.reason) if isinstance(one, Verdict) else (one.text, "") for one in linted]


def test_a_stated_language_counts_for_every_label():
    assert proposed(("Hund", "dog"), "Deutsch") == [("Hund", "not_english"), ("dog", "not_english")]
    assert proposed(("dog",), "en-GB") == [("A dog barks.", "")]
    assert proposed(("Un chien aboie",), "eng") == [("Un chien aboie.", "")]


def test_where_none_is_stated_each_label_speaks_for_itself():
    assert proposed(("Un chien aboie", "dog bark")) == [("Un chien aboie", "not_english"), ("A dog barks.", "")]
    assert proposed(("gong", "Собака лает")) == [("A gong rings.", ""), ("Собака лает", "not_english")]


def test_words_of_the_files_name_are_english_in_any_company():
    assert proposed(("Hund",), "de", "dog bark") == [("Hund", "not_english"), ("A dog barks.", "")]
    assert proposed(("dog bark",), "", "dog bark") == [("A dog barks.", "")]
