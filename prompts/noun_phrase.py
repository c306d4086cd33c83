"""Label words → a noun phrase with its article: "metal gate 2" → "a metal gate"; "" where none can be made for sure.

>>> [noun_phrase(label) for label in ("metal gate 2", "footsteps on grass", "Old Engine", "rain", "dig cracky", "man plays drum")]
['a metal gate', 'footsteps on grass', 'an old engine', 'rain', '', '']
"""

import re
from functools import cache

from mkaudio.prompts.article import mend_articles
from mkaudio.prompts.event_phrase import load_phrases
from mkaudio.prompts.mend_words import is_common
from mkaudio.prompts.words import words

_NOUNS = words("nouns")
_MASS = words("mass_nouns")
_PLURALS = frozenset({
    "people",
    "children",
    "men",
    "women",
    "mice",
    "geese",
    "feet",
    "teeth",
    "wolves",
    "leaves",
    "scissors",
    "knives",
})
_SUFFIX = re.compile(
    r"\w{2,}(?:phone|board|ball|bell|horn|gun|drum|bird|step|door|mill|ship|craft|copter|cycle|ator|machine)"
)
_DETERMINER = re.compile(r"(?:a|an|the|some|my|his|her|their|its|two|three|four|five|several|many|few|both)$")
_PLACE = words("prepositions")
_ENDS_IN_S = words("ends_in_s")
_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
_NO_ADJECTIVE = words("no_adjectives")


def noun_phrase(label: str) -> str:
    """Return label words as a noun phrase; "" where they are none for sure: its last word is no noun that we know.

    Args:
        label: up to a few words in English; numbers behind them are takes, and go.
    """
    found = re.sub(r"(?:[\s_#-]*\(?\d+\)?|(?<=[a-z]{3})\d+|\s+v\d+)+$", "", label.strip()).split()
    if not found or not all(_WORD.fullmatch(word) for word in found):
        return ""
    phrase = _phrase([_plain(word, number) for number, word in enumerate(found)])
    return mend_articles(phrase) if phrase else ""


def is_plural_phrase(noun: str) -> bool:
    """Say whether a noun phrase that `noun_phrase` made is plural: it ARE heard.

    Args:
        noun: the phrase.

    >>> [is_plural_phrase(noun) for noun in ("footsteps on a floor", "a pair of scissors", "rain", "two dogs")]
    [True, False, False, True]
    """
    said = noun.split()
    head = next((said[number - 1] for number, word in enumerate(said) if number and word in _PLACE), said[-1])
    return head not in _MASS and _is_plural(head)


def is_ordinary_phrase(noun: str) -> bool:
    """Say whether all words of a noun phrase are ordinary ones: names of people and things that nobody knows are not.

    Args:
        noun: from `noun_phrase`.

    >>> is_ordinary_phrase("a metal gate"), is_ordinary_phrase("a mike errecart monkey")
    (True, False)
    """
    return all(is_common(word) or word in _PLACE or _is_noun(word) for word in noun.split())


def _phrase(said: list[str]) -> str:
    place = next((number for number, word in enumerate(said) if word in _PLACE), None)
    if place is not None:
        what, where = _phrase(said[:place]), _phrase(said[place + 1 :])
        return f"{what} {said[place]} {where}" if what and where else ""
    if not said or any(word in _NO_ADJECTIVE or _is_verb(word, number) for number, word in enumerate(said[:-1])):
        return ""
    *before, head = said
    if len(head) > 5 and head.endswith("ing") and head not in _nouns():
        return head if not before else f"{whose} {head}" if (whose := _phrase(before)) else ""
    if not _is_noun(head):
        return ""
    if (before and _DETERMINER.match(before[0])) or head in _MASS or _is_plural(head):
        return " ".join(said)
    return f"a {' '.join(said)}"


def _plain(word: str, number: int) -> str:
    lowered = word.istitle() and (number == 0 or is_common(word) or _is_noun(word.lower()))
    return word.lower() if lowered or (word.isupper() and len(word) > 3) else word


def _is_verb(word: str, number: int) -> bool:
    """Say whether a word before the last may be a verb: "plays" of "man plays guitar", "chased" of "dog chased car"."""
    ends_in_s = word.endswith("s") and not word.endswith("ss") and word not in _ENDS_IN_S
    return ends_in_s or (number > 0 and word.endswith("ed"))


def _is_noun(word: str) -> bool:
    return word in _nouns() or word in _MASS or _is_plural(word) or bool(_SUFFIX.fullmatch(word))


def _is_plural(word: str) -> bool:
    if word in _PLURALS:
        return True
    singulars = (re.sub(pattern, put, word) for pattern, put in (("s$", ""), ("es$", ""), ("ies$", "y"), ("ves$", "f")))
    known = any(one != word and (one in _nouns() or _SUFFIX.fullmatch(one)) for one in singulars)
    return word.endswith("s") and not word.endswith(("ss", "us")) and known


@cache
def _nouns() -> frozenset[str]:
    """Our own, and those that do something in the phrases: the word before the participle in "an electric guitar playing"."""
    doing = (re.search(r"\ban? (?:[a-z-]+ )*?([a-z-]+) \w+ing\b", phrase.noun) for phrase in load_phrases().values())
    return _NOUNS | {match[1] for match in doing if match and match[1] not in ("or", "and")} - _MASS
