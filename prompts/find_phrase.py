"""Label words → the class that they name: "dog bark", "DogBarking_02", "thunder". Right rather than eager.

>>> find_phrase("dog_barking2").name
'Bark'
"""

import re
from dataclasses import dataclass
from functools import cache

from mkaudio.prompts.event_phrase import EventPhrase, is_a, load_phrases


def find_phrase(words: str) -> EventPhrase | None:
    """Find the class that label words such as "dog bark", "DogBarking_02" or "thunder" name; right rather than eager.

    Words are compared by stem. In this order, the first that matches:

    1. The label is a class name or one of its alternatives ("fiddle" for "Violin, fiddle"). One without a remark
       in parentheses goes first, then one that is spelled alike, then the shorter name.
    2. It holds one ("bark" in "dog bark"), and all its words are the class's own (name, noun or clauses); a class
       goes before its ancestors, then the shorter name.
    3. It holds the subject of the noun phrase ("cow" of "a cow mooing"), and all its words are the class's own; the
       uppermost class, if it is above all others that match.

    Args:
        words: Label words in English, in any case; underscores, hyphens, digits and camelCase separate words.

    Returns:
        The phrase, or None where no class matches; classes that are `general` never do.
    """
    label, spelled = stems(words), "".join(_content_words(words))
    exact = [
        (own.remark, own.spelled != spelled, len(name), name)
        for name, own in _index().items()
        if "".join(label) in own.joined
    ]
    if exact:
        return load_phrases()[min(exact)[-1]]
    held = [(name, own) for name, own in _index().items() if label and own.words.issuperset(label)]
    named = [name for name, own in held if any(part.issubset(label) for part in own.parts)]
    if named:
        lowest = [name for name in named if not any(is_a(other, name) for other in named if other != name)]
        return load_phrases()[min(lowest, key=len)]
    about = [name for name, own in held if own.subject and own.subject.issubset(label)]
    top = [name for name in about if all(is_a(other, name) for other in about)]
    return load_phrases()[top[0]] if top else None


@dataclass(frozen=True, slots=True)
class _OwnWords:
    """The words of a class as stems, and how it is spelled.

    Attributes:
        parts: Stems of each alternative of the name.
        joined: The same, run together, so that "gun shot" finds "Gunshot".
        spelled: The first alternative's content words, run together.
        remark: Whether the name has a remark in parentheses.
        subject: Stems of the noun phrase up to its participle; empty where it has none.
        words: Stems of the name, the noun phrase and the clauses.
    """

    parts: tuple[frozenset[str], ...]
    joined: frozenset[str]
    spelled: str
    remark: bool
    subject: frozenset[str]
    words: frozenset[str]


@cache
def _index() -> dict[str, _OwnWords]:
    """Index the classes that are not general."""
    index = {}
    for name, phrase in load_phrases().items():
        if not phrase.general:
            parts = [part for part in re.sub(r"\(.*?\)", "", name).split(",") if stems(part)]
            subject = re.match(r"(.*)\b\w+ing\b", phrase.noun)
            index[name] = _OwnWords(
                parts=tuple(frozenset(stems(part)) for part in parts),
                joined=frozenset("".join(stems(part)) for part in parts),
                spelled="".join(_content_words(parts[0])),
                remark="(" in name,
                subject=frozenset(stems(subject[1] if subject else "")),
                words=frozenset(stems(" ".join((name, phrase.noun, *phrase.clauses)))),
            )
    return index


_EMPTY_WORDS = frozenset([
    "a", "an", "the", "and", "or", "of", "on", "in", "into", "at", "to", "from", "with", "by", "for", "as", "is", "are",
    "be", "being", "its", "it", "their", "someone", "something", "person", "people", "man", "men", "woman", "women",
    "male", "female", "sound", "sounds", "audio", "sfx", "wav", "flac", "mp", "file", "etc", "s",
])  # fmt: skip
_IRREGULAR = {
    "leaves": "leaf", "wolves": "wolf", "hooves": "hoof", "mice": "mouse", "geese": "goose", "feet": "foot",
    "teeth": "tooth", "children": "child", "laughter": "laugh", "speech": "speak",
}  # fmt: skip


def _content_words(words: str) -> tuple[str, ...]:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    found = (word.lower() for word in re.findall(r"[^\W\d_]+", spaced))
    return tuple(word for word in found if word not in _EMPTY_WORDS)


def stems(words: str) -> tuple[str, ...]:
    """Return the words that mean something, by stem.

    Args:
        words: text or label, in any case.

    >>> stems("The DogBarking_02 is heard")
    ('dog', 'bark', 'heard')
    """
    return tuple(map(_stem, _content_words(words)))


def _stem(word: str) -> str:
    """Stem lightly: off go the plural, -ing or -ed with the consonant they doubled, and a last e; y becomes i."""
    word = _IRREGULAR.get(word, word)
    word = re.sub(r"(?<=[^su])s$", "", word) if len(word) > 3 else word
    root = re.sub(r"(ing|ed)$", "", word)
    if root != word and len(root) >= 3 and re.search("[aeiouy]", root):
        word = re.sub(r"([^aeioulfsz])\1$", r"\1", root)
    word = re.sub(r"(?<=..[^aeiou])e$", "", word)
    return re.sub(r"(?<=[^aeiou])(ie?|y)$", "i", word)
