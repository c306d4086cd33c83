"""Which of the sounds heard in a clip its caption names. Right rather than eager: where that is not clear, none is.

>>> named_classes("A small dog barks, and then a car passes by.", ("Bark", "Car passing by", "Rain"), 2)
('Bark', 'Car passing by')
>>> named_classes("A dog barks, and then a zither is played.", ("Bark", "Rain"), 2) is None
True
"""

import re
from functools import cache, lru_cache

from mkaudio.prompts.event_phrase import load_phrases, lowest
from mkaudio.prompts.find_phrase import stems
from mkaudio.prompts.joining import split_events
from mkaudio.prompts.manner import MANY_TIMES, TWICE

_COUNTS = re.compile(
    rf"\b(?:{'|'.join((*MANY_TIMES, *TWICE, 'two', 'three', 'four', 'times', 'many'))})\b", re.IGNORECASE
)


@lru_cache(maxsize=65_536)
def named_classes(caption: str, heard: tuple[str, ...], n_events: int) -> tuple[str, ...] | None:
    """Return the heard classes that a caption names, as many as it names events.

    A class is named where all the words of its noun phrase or of one of its clauses are in the caption, by stem. Of a class
    and one above it the lower counts.

    Args:
        caption: of a clip.
        heard: classes heard in it, surest first.
        n_events: events that the caption names; 0 where nobody knows: then as many as it can be split into.

    Returns:
        Classes in the order of `heard`; None where fewer are found than the caption names.
    """
    words = frozenset(stems(caption))
    named = lowest([label for label in heard if any(form <= words for form in _forms(label))])
    return named if len(named) >= (n_events or len(split_events(caption))) else None


def claims_number(caption: str) -> bool:
    """Tell whether a caption says how often something is heard, so that no stroke of it may be missing.

    Args:
        caption: of a clip.

    >>> claims_number("A dog barks twice."), claims_number("A dog barks.")
    (True, False)
    """
    return _COUNTS.search(caption) is not None


@cache
def _forms(label: str) -> tuple[frozenset[str], ...]:
    """Return the words, by stem, by which a class is named; words that every caption has, such as "someone", are no sign."""
    phrase = load_phrases().get(label)
    forms = (frozenset(stems(text)) for text in (phrase.noun, *phrase.clauses)) if phrase else ()
    return tuple(form for form in forms if form)
