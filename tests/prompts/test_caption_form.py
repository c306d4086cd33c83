import pytest
from weaving import CAPTIONS, SAYABLE

from mkaudio.prompts import joining
from mkaudio.prompts.caption import sentence
from mkaudio.prompts.caption_form import Kind, allows, form_of, may_be_cut, read_caption
from mkaudio.prompts.layout import Layout


@pytest.mark.parametrize(("kind", "caption"), [(kind, text) for kind, texts in CAPTIONS.items() for text in texts])
def test_kinds(kind, caption):
    assert form_of(caption).kind is kind


def test_every_form_of_several_events_is_several():
    phrases = SAYABLE[::7]
    for form in joining.FORMS:
        for number in range(len(phrases) - 2):
            three = phrases[number : number + 3]
            text = sentence(joining.filled(form, [one.clause for one in three], [one.noun for one in three]))
            assert form_of(text).kind is Kind.SEVERAL, text


def test_its_own_first_and_finally_make_room():
    reading = read_caption("First a dog barks, then rain falls, and finally a door slams shut.")
    assert reading.own == "A dog barks, then rain falls, and then a door slams shut" and reading.form.claims == ()
    assert read_caption("A first violin plays.").own == "A first violin plays"


@pytest.mark.parametrize(
    ("caption", "inside"),
    [
        ("A dog barks.", "a dog barks"),
        ("African music plays.", "African music plays"),
        ("DVD drive is running.", "DVD drive is running"),
        ("Dog barking", "a dog barking"),
        ("Rain.", "rain"),
        ("Thunderclaps roll.", "Thunderclaps roll"),
        ("I hear a dog.", "I hear a dog"),
        ("Mozart is playing.", "Mozart is playing"),
    ],
)
def test_only_what_is_no_name_is_in_small_letters_inside(caption, inside):
    assert read_caption(caption).inside == inside


def test_allows_is_about_the_caption():
    assert allows("Rain falls.", Layout.A_X) and not allows("Rain falls the whole time.", Layout.A_X)
    assert all(allows(text, Layout.ALONE) for text in ("", "Nothing else is heard.", "dog " * 70))


def test_what_speaks_of_its_length_or_its_end_may_not_be_cut():
    whole = (
        "Rain falls for quite a while.",
        "A dog barks for a very long time.",
        "The wind dies down.",
        "Rain falls non-stop.",
    )
    assert not any(map(may_be_cut, whole))
    assert all(
        map(
            may_be_cut,
            ("Rain falls.", "A clock ticks time away.", "First a dog barks, and finally rain falls."),
        )
    )
