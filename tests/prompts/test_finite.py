import pytest
from weaving import SAYABLE

from mkaudio.prompts.finite import is_clause, is_going, is_noun, is_own_clause
from mkaudio.prompts.generated_bank import generated_bank


def test_all_phrases_are_what_they_are():
    for phrase in SAYABLE:
        assert is_noun(phrase.noun) and not is_clause(phrase.noun), phrase.noun
        assert all(is_clause(clause) and not is_noun(clause) for clause in phrase.clauses), phrase


def test_all_captions_of_the_bank_of_one_event_are_one_or_the_other():
    for one in generated_bank():
        if one.n_events == 1:
            text = one.text[:-1]
            assert is_clause(text) != is_noun(text), text


@pytest.mark.parametrize(
    "text",
    [
        "a man talks to a crowd",
        "two dogs bark",
        "the wind is blowing",
        "it is snowing",
        "a bell can be heard",
        "a gate creaks shut",
    ],
)
def test_clauses(text):
    assert is_clause(text) and not is_noun(text)


@pytest.mark.parametrize(
    "text",
    [
        "a man talking",
        "the sound of waves on a shore",
        "a series of barks",
        "several bells ringing",
        "a metal gate",
        "a group of people",
    ],
)
def test_noun_phrases(text):
    assert is_noun(text) and not is_clause(text)


@pytest.mark.parametrize(
    "text", ["dogs in yard", "a dog yaps this evening", "what a dog", "a man who is singing", "blue", ""]
)
def test_neither_where_it_is_not_sure(text):
    assert not is_clause(text) and not is_noun(text)


def test_what_is_going_on_and_what_is_ours():
    assert is_going("a dog is barking") and not is_going("a dog barks")
    assert is_own_clause("a dog barks again and again") and is_own_clause("someone breathes in and out")
    assert not is_own_clause("a dog barks and rain falls")
