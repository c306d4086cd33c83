"""What labels name: the one sound event, with the words for it; several; or nothing that a sentence could say.

>>> [event.words.noun for event in named_events(["dog_bark"])], [event.words.noun for event in named_events(["metal gate 2"])]
(['a dog barking'], ['a metal gate'])
>>> len(named_events(["dog; rain"])), named_events(["track 07"])
(2, ())
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mkaudio.prompts.event_phrase import EventPhrase, is_a
from mkaudio.prompts.event_words import EventWords
from mkaudio.prompts.find_phrase import find_phrase
from mkaudio.prompts.noun_phrase import is_ordinary_phrase, is_plural_phrase, noun_phrase

_CAPTION_WORDS = 5
"""A label of at least so many words is a caption, which may name more than one sound: it is not taken for a name."""
_SPACES = re.compile(r"[\s_]+")
_BETWEEN = re.compile(r"\s*[,;|/]\s*|\s+(?:and|or|with)\s+|\s+&\s+")


@dataclass(frozen=True, slots=True)
class NamedEvent:
    """A sound event that has words.

    Args:
        words: noun phrase and clauses.
        lasts: whether it is a sound that lasts, so that it may be said to go on in the background.
        phrase: its class; None where no class matches.
    """

    words: EventWords
    lasts: bool = False
    phrase: EventPhrase | None = None


def event_of_class(phrase: EventPhrase) -> NamedEvent:
    """Return the words of a class.

    Args:
        phrase: of the class.
    """
    words = EventWords(phrase.name, phrase.noun, phrase.clauses, phrase.plural)
    return NamedEvent(words, lasts=phrase.lasts != "", phrase=phrase)


def event_of_noun(noun: str) -> NamedEvent:
    """Return the words of a sound for which there is only a noun phrase: nothing is said of it but that it is heard.

    Args:
        noun: from `noun_phrase`.

    >>> event_of_noun("footsteps on grass").words.clauses
    ('footsteps on grass are heard', 'the sound of footsteps on grass is heard')
    """
    plural = is_plural_phrase(noun)
    clauses = (f"{noun} {'are' if plural else 'is'} heard", f"the sound of {noun} is heard")
    return NamedEvent(EventWords(re.sub(r"^an? ", "", noun), noun, clauses, plural))


def named_events(labels: Sequence[str]) -> tuple[NamedEvent, ...]:
    """Return what labels name, each once: classes where any label names one, else noun phrases of ordinary words.

    A caption names nothing, nor does what a sentence could not say ("swordman attack 3").

    Args:
        labels: of one sound, in English.
    """
    classes: list[EventPhrase] = []
    nouns: list[str] = []
    for label in labels:
        words = _SPACES.sub(" ", label).strip(" .,;:-")
        if whole := find_phrase(words):
            classes.append(whole)
            continue
        entries = [entry for entry in _BETWEEN.split(words) if entry]
        if any(len(entry.split()) >= _CAPTION_WORDS for entry in entries):
            continue
        classes += [phrase for entry in entries if (phrase := find_phrase(entry))]
        said = [noun_phrase(entry) for entry in entries]
        nouns += said if all(noun and is_ordinary_phrase(noun) for noun in said) else []
    if classes:
        return tuple(event_of_class(phrase) for phrase in _lowest(classes))
    return tuple(event_of_noun(noun) for noun in dict.fromkeys(nouns))


def _lowest(phrases: Iterable[EventPhrase]) -> list[EventPhrase]:
    """Return each class once, without those that lie above others of them: "dog, bark" is a bark."""
    by_name = {phrase.name: phrase for phrase in phrases}
    return [one for name, one in by_name.items() if not any(name != other and is_a(other, name) for other in by_name)]
