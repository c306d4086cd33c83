import pytest

from mkaudio.prompts.caption_form import Kind
from mkaudio.prompts.template import parse_template


@pytest.mark.parametrize(
    ("text", "relation", "kinds"),
    [
        ("{X}. Then {A}.", "X before A", set(Kind)),
        ("First, {A}. Then {X}.", "A before X", {Kind.CLAUSE, Kind.PROGRESSIVE, Kind.SEVERAL}),
        ("{A}, and then {X}.", "A before X", {Kind.CLAUSE, Kind.PROGRESSIVE}),
        ("{A} before {X}.", "A before X", {Kind.CLAUSE}),
        ("{X} before {A}.", "X before A", {Kind.CLAUSE}),
        ("{X} while {A}.", "A over X", {Kind.CLAUSE, Kind.PROGRESSIVE}),
        ("{A}, followed by {X.noun}.", "A before X", {Kind.NOUN}),
    ],
)
def test_the_text_decides_which_captions_it_takes(text, relation, kinds):
    assert parse_template(text, relation).takes == kinds


def test_takes_narrows_and_may_add_a_noun_but_never_several():
    assert parse_template("{X}. Then {A}.", "X before A", takes=["noun"]).takes == {Kind.NOUN}
    assert Kind.NOUN in parse_template("{A}, then {X}.", "A before X", takes=["clause", "noun"]).takes
    with pytest.raises(ValueError, match="'several' does not stand well"):
        parse_template("{A}, then {X}.", "A before X", takes=["several"])
    with pytest.raises(ValueError, match="the nearest valid name is 'clause'"):
        parse_template("{A}, then {X}.", "A before X", takes=["clauses"])


def test_spaces_capital_and_stop_are_mended():
    assert parse_template(" before {A},\n {X}", "X before A").text == "Before {A}, {X}."


def test_slots_know_where_they_stand():
    slots = [
        piece
        for piece in parse_template("{A} before {X}. After that, {B}.", "A before X before B").pieces
        if piece.slot
    ]
    assert [(piece.slot, piece.capital, piece.plain) for piece in slots] == [
        ("A", True, True),
        ("X", False, True),
        ("B", False, False),
    ]
