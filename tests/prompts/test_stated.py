import pytest

from mkaudio.prompts.stated import stated


def facts(text):
    return {" ".join(fact) for statement in stated(text) for fact in statement}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{A} before {X}.", {"before A X"}),
        ("{X} after {A}.", {"before A X"}),
        ("After {A}, {X}.", {"before A X"}),
        ("Before {X.noun} can be heard, {A}.", {"before A X"}),
        ("{A}. After that, {X}.", {"before A X"}),
        ("{X}. Before that, {A}.", {"before A X"}),
        ("{X}. But first, {A}.", {"before A X"}),
        ("{A}, followed by {X.noun}.", {"before A X"}),
        ("First is {X.noun}, second is {A.noun}.", {"before X A"}),
        ("Between {A} and {B}, {X}.", {"before A X", "before X B"}),
        ("{X} between {A} and {B}.", {"before A X", "before X B"}),
        ("{X}. {A} before it, and {B} after it.", {"before A X", "before X B"}),
        ("{A} while {X}.", {"with A X"}),
        ("{X}. Meanwhile, {A}.", {"with A X"}),
        ("{X} and {A} at the same time.", {"with X A"}),
        ("{X}, with {A.noun} in the background.", {"under A X", "with X A"}),
        ("In the background, {X}. In front of that, {A}.", {"under X A"}),
        ("Behind {A.noun}, {X}.", {"under X A", "before A X"}),
        ("In front of {A.noun}, {X}.", {"under A X", "before X A"}),
        ("{X} and {A}.", set()),
    ],
)
def test_what_words_say(text, expected):
    assert facts(text) in (expected, expected - {"with X A"})


def test_who_is_behind_whom():
    assert "under A X" in facts("{A} in the background while {X}.") and "under X A" in facts(
        "{A} while {X} in the background."
    )


def test_behind_may_mean_two_things_in_one_statement():
    assert [len(statement) for statement in stated("Behind {A.noun}, {X}.")] == [2]
