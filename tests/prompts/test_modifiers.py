import pytest

from mkaudio.prompts.modifiers import load_modifiers, modified, modifiers_of, parse_modifiers


def test_the_nearest_kind_on_the_way_up_counts():
    assert modifiers_of("Bark") == load_modifiers()["Animal"]
    assert modifiers_of("Mosquito") == load_modifiers()["Insect"] != load_modifiers()["Animal"]


def test_what_is_said_already_is_not_said_again_nor_against():
    assert not [text for text, claim in modified("Boom", "a loud boom sounds") if claim in ("soft", "loud")]
    assert not {"soft", "loud"} & {claim for _, claim in modified("Mosquito", "a mosquito buzzes nearby")}


def test_behind_a_clause_with_with_go_places_only():
    found = [text for text, _ in modified("Bark", "a dog barks with joy")]
    assert "a dog barks with joy in the distance" in found and not [text for text in found if "repeatedly" in text]
    assert "a dog barks repeatedly" in [text for text, _ in modified("Bark", "a dog barks")]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({"why": "x", "classes": ["Barkk"]}, "unknown class 'Barkk'"),
        ({"why": "x", "classes": ["Bark"], "lout": ["loudly"]}, "unknown key 'lout'"),
        ({"why": "x", "classes": ["Bark", "Bark"]}, "another kind"),
    ],
)
def test_mistakes_are_named(kind, said):
    with pytest.raises(ValueError, match=said):
        parse_modifiers({"kind": [kind]})
