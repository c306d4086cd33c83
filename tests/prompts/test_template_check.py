import re

import pytest

from mkaudio.prompts.layout import Layout
from mkaudio.prompts.template import parse_template
from mkaudio.prompts.template_check import RELATIONS, parse_relation


@pytest.mark.parametrize(
    ("text", "relation", "message"),
    [
        ("{A.nown}, then {X}.", "A before X", "unknown slot {A.nown}; the nearest valid name is '{A.noun}'"),
        ("{verb} {A}, then {X}.", "A before X", "unknown slot {verb}"),
        ("{}{A}, then {X}.", "A before X", "unknown slot {}"),
        ("{A}, then {X}, then {B}.", "A before X", "{B} is one part too many for relation 'A before X'; "
         "the nearest valid name is 'A before X before B'"),
        ("{A} is heard.", "A before X", "{X} is missing"),
        ("{X} before it ends.", "X before A", "{A} is missing"),
        ("{A}, then {X}.", "A before X before B", "{B} is missing"),
        ("{A}, then {X}, then {A}.", "A before X", "{A} stands 2 times"),
        ("{X}, then {A} {A.is} heard.", "X before A", "{A.is} agrees with {A.noun}, which is missing"),
        ("{A, then {X}.", "A before X", "a brace without its other half"),
        ("{A} → {X}.", "A before X", "the mark '→'"),
        ("{A} before {X}.", "X before A", "A comes before X: '{A} before {X}.'; write relation = 'A before X'"),
        ("{X}, with {A.noun} in the background.", "X under A", "A is in the background of X"),
        ("{X} while {A}.", "X before A", "its words say that X is heard with A"),
        ("{X} befor {A}.", "X before A", "do not say how A and X lie in time"),
        (" ", "A before X", "text is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text, relation, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        parse_template(text, relation)


def test_every_word_of_a_list_is_asked_for_what_it_says_of_time():
    words = {"then": ("then", "after that")}
    assert parse_template("{A}, and {then} {X}.", "A before X", words=words)
    with pytest.raises(ValueError, match="X comes before A"):
        parse_template("{A}, and {then} {X}.", "A before X", words={"then": ("then", "before that")})


def test_an_author_may_vouch():
    assert parse_template("{A} heralds {X.noun}.", "A before X", vouched=True).layout is Layout.A_X


def test_relations_are_those_of_layouts():
    assert len(RELATIONS) == len(Layout) - 1 and parse_relation("A  before X") is Layout.A_X
    for wrong in ("A befor X", "X", 3, ""):
        with pytest.raises(ValueError, match=r"unknown relation .*; the nearest valid name is"):
            parse_relation(wrong)
