import pytest

from mkaudio.prompts import claims_number, generated_bank, load_phrases, named_classes
from mkaudio.prompts.caption import sentence


@pytest.mark.parametrize(
    ("caption", "heard", "n_events", "named"),
    [
        ("A dog barks.", ("Rain", "Bark"), 1, ("Bark",)),
        ("A dog barks.", ("Rain",), 1, None),
        ("A dog barks.", ("Animal", "Dog", "Bark"), 1, ("Bark",)),
        ("A dog.", ("Animal", "Dog", "Bark"), 1, None),
        ("A dog barks, and then a car passes by.", ("Car passing by", "Bark"), 2, ("Car passing by", "Bark")),
        ("A dog barks, and then a car passes by.", ("Bark", "Rain"), 2, None),
        ("A dog barks, and then a car passes by.", ("Bark", "Car passing by"), 0, ("Bark", "Car passing by")),
        ("A dog barks, and then a car passes by.", ("Bark",), 0, None),
        ("A small dog barks loudly on a farm.", ("Bark",), 0, ("Bark",)),
        ("", ("Bark",), 0, None),
        ("Something that nobody knows.", (), 0, None),
    ],
)
def test_as_many_classes_are_found_as_the_caption_names_or_none(caption, heard, n_events, named):
    assert named_classes(caption, heard, n_events) == named


def test_every_wording_of_a_class_names_it_and_hardly_any_other():
    phrases = {name: phrase for name, phrase in load_phrases().items() if not (phrase.general or phrase.blind)}
    silent = [
        clause
        for name, phrase in phrases.items()
        for clause in phrase.clauses
        if named_classes(sentence(clause), (name,), 1) is None
    ]
    assert len(silent) <= 5, silent


def test_captions_of_our_bank_name_their_classes():
    captions = [caption for caption in generated_bank()[::40] if len(caption.events) == 1]
    found = [named_classes(caption.text, caption.events, 1) is not None for caption in captions]
    assert len(found) > 50 and sum(found) > 0.9 * len(found)


def test_what_says_how_often_is_known():
    said = (
        "A dog barks twice.",
        "A dog barks several times.",
        "Someone knocks again and again.",
        "Three knocks.",
        "It beeps repeatedly",
    )
    assert all(map(claims_number, said))
    assert not any(map(claims_number, ("A dog barks.", "A sometimes noisy room.", "Threefold harmony.")))
