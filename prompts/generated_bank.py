"""Our own caption bank, generated from the phrases: each class in several phrasings, and pairs of classes by scene.

>>> [one.text for one in generated_bank() if one.events == ("Moo",)][:2]
['A cow is mooing.', 'A cow is mooing in the distance.']
"""

import re
from collections.abc import Iterator
from functools import cache

from mkaudio.prompts.bank import BankCaption
from mkaudio.prompts.caption import in_order, sentence, together
from mkaudio.prompts.event_phrase import EventPhrase, load_phrases
from mkaudio.prompts.modifiers import modified
from mkaudio.prompts.scenes import background_pairs, front_pairs

_SPEAKS_OF_SOUND = re.compile(r"\b(sound|tone|noise|music)|\bheard\b")
"""Nouns that are named as a sound already: "the sound of an alarm sounding"."""
_IS_PLAYED = re.compile(r"\bplaying$")
"""Nouns that read badly before "can be heard": "a bowed string instrument playing"."""
_A_PARTICIPLE = re.compile(r"\w\w\wing\b")
"""What makes a noun phrase a caption by itself, as people write them: "a dog barking", not "a thud"."""


@cache
def generated_bank() -> tuple[BankCaption, ...]:
    """Return the bank: all of one class beside one another, pairs last; a text that two classes share stands once."""
    captions: dict[str, BankCaption] = {}
    for phrase in load_phrases().values():
        if not (phrase.general or phrase.blind):
            for one in _of_class(phrase):
                captions.setdefault(one.text, one)
    for one in _of_pairs():
        captions.setdefault(one.text, one)
    return tuple(captions.values())


def _of_class(phrase: EventPhrase) -> Iterator[BankCaption]:
    events = (phrase.name,)
    for number, clause in enumerate(phrase.clauses):
        yield BankCaption(sentence(clause), 1, events)
        if number == 0:  # variety enough, and each caption costs an embedding
            for text, claim in modified(phrase.name, clause):
                yield BankCaption(sentence(text), 1, events, claim)
    if _A_PARTICIPLE.search(phrase.noun):
        yield BankCaption(sentence(phrase.noun), 1, events)
    if not _SPEAKS_OF_SOUND.search(phrase.noun):
        yield BankCaption(sentence(f"the sound of {phrase.noun}"), 1, events)
    if not _IS_PLAYED.search(phrase.noun):
        yield BankCaption(sentence(f"{phrase.noun} can be heard"), 1, events)


def _of_pairs() -> Iterator[BankCaption]:
    phrases = load_phrases()
    for one, other in front_pairs():
        first, second = phrases[one].clause, phrases[other].clause
        if one < other:  # which of two that sound together is named first says nothing
            yield BankCaption(together(first, second), 2, (one, other), "together")
        yield BankCaption(in_order(first, second), 2, (one, other), "order")
    for one, other in background_pairs():
        if " with " not in phrases[one].clause and "background" not in phrases[other].noun:
            text = f"{phrases[one].clause} with {phrases[other].noun} in the background"
            yield BankCaption(sentence(text), 2, (one, other), "together")
