"""The words of each sound class: noun phrase, clauses, and its place in the AudioSet hierarchy.

>>> load_phrases()["Bark"].clause
'a dog barks'
>>> ancestors("Bark")
('Dog', 'Domestic animals, pets', 'Animal')
"""

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

_PHRASES = resources.files("mkaudio.prompts") / "phrases" / "audioset.toml"

ROOTS = (
    "Human sounds",
    "Animal",
    "Sounds of things",
    "Music",
    "Natural sounds",
    "Source-ambiguous sounds",
    "Channel, environment and background",
)
"""Top categories. Source: AudioSet ontology (Gemmeke et al., ICASSP 2017). "Animal" and "Music" are classes as well."""

PHRASES_VERSION = hashlib.sha256(_PHRASES.read_bytes()).hexdigest()[:12]
"""Start of the sha256 of the phrases: changes when any of them does."""

_REQUIRED = ("noun", "clause", "also", "parent")
_FLAGS = ("plural", "general", "blind", "group")
_MANNERS = ("repeats", "lasts")
_TYPES = {
    "noun": str,
    "clause": str,
    "also": list,
    "parent": str,
    **dict.fromkeys(_FLAGS, bool),
    **dict.fromkeys(_MANNERS, str),
}


@dataclass(frozen=True, slots=True)
class EventPhrase:
    """What a caption may call one sound class.

    Attributes:
        name: Display name of the class.
        noun: Noun phrase; fits "the sound of NOUN" and "NOUN in the background".
        clauses: Third-person clauses without full stop, the preferred one first; each fits "CLAUSE and then CLAUSE".
        parent: Name of the class above it, or one of `ROOTS`; "" for a root that is itself a class.
        plural: Whether the subject of the first clause is plural.
        general: Whether the class names no source, so that no caption should claim it.
        blind: Whether YAMNet hardly hears the class, so that no caption should trust it there.
        group: Whether a class that is `general` may be named all the same where nothing below it is sure: "an animal calls".
        repeats: Clause that "several times" fits; "" for what is no single stroke.
        lasts: Clause that "continuously" and "briefly" fit; "" for what does not last.
    """

    name: str
    noun: str
    clauses: tuple[str, ...]
    parent: str
    plural: bool = False
    general: bool = False
    blind: bool = False
    group: bool = False
    repeats: str = ""
    lasts: str = ""

    @property
    def clause(self) -> str:
        """The preferred clause."""
        return self.clauses[0]


@cache
def load_phrases() -> dict[str, EventPhrase]:
    """Read and check the phrases of the 521 classes; the result is cached and not to be changed.

    Returns:
        Class name to phrase, in YAMNet's order.
    """
    return parse_phrases(tomllib.loads(_PHRASES.read_text(encoding="utf-8")))


def parse_phrases(table: Mapping[str, Mapping[str, Any]]) -> dict[str, EventPhrase]:
    """Turn a parsed TOML table into phrases, and check keys and hierarchy.

    Args:
        table: Class name to its keys `noun`, `clause`, `also`, `parent` the flags
            `plural`, `general`, `blind`, `group`, and the clauses `repeats`, `lasts`.

    Returns:
        Class name to phrase, in the table's order.

    Raises:
        ValueError: A key is unknown, missing or of the wrong type, a parent is unknown, or parents form a cycle.
    """
    phrases = {name: _parse_phrase(name, entry) for name, entry in table.items()}
    for name, phrase in phrases.items():
        if phrase.parent not in {*phrases, *ROOTS} and not (phrase.parent == "" and name in ROOTS):
            hint = _nearest(phrase.parent, [*ROOTS, *phrases])
            raise ValueError(f"event phrase {name!r}: unknown parent {phrase.parent!r}; {hint}")
    for name in phrases:
        ancestors(name, phrases)
    return phrases


def ancestors(name: str, phrases: Mapping[str, EventPhrase] | None = None) -> tuple[str, ...]:
    """List the classes above a class.

    Args:
        name: Display name of a class.
        phrases: The phrases to look in; those of AudioSet when None.

    Returns:
        Names from the parent up to one of `ROOTS`; empty for a root.

    Raises:
        ValueError: No class has that name, or its parents form a cycle.
    """
    known = load_phrases() if phrases is None else phrases
    if name not in known and name not in ROOTS:
        raise ValueError(f"unknown sound class {name!r}; {_nearest(name, known)}")
    path = [name]
    while path[-1] in known and known[path[-1]].parent:
        above = known[path[-1]].parent
        if above in path:
            raise ValueError(f"event phrase {name!r}: its parents form a cycle, {' > '.join([*path, above])}; break it")
        path.append(above)
    return tuple(path[1:])


@cache
def _known_ancestors(name: str) -> tuple[str, ...]:
    """Return the classes above one of AudioSet's: asked for at every step of a stream."""
    return ancestors(name)


def lowest(names: Sequence[str]) -> tuple[str, ...]:
    """Return the classes of which none of the others is below them, in their order.

    Args:
        names: display names of classes; an unknown one has none above it.

    >>> lowest(("Animal", "Dog", "Bark", "Rain"))
    ('Bark', 'Rain')
    """
    phrases = load_phrases()
    above = {ancestor for name in names if name in phrases for ancestor in _known_ancestors(name)}
    return tuple(name for name in names if name not in above)


def is_a(name: str, ancestor_name: str) -> bool:
    """Tell whether a class is another class, or lies below it: a "Bark" is a "Dog".

    Args:
        name: Display name of a class.
        ancestor_name: Display name of a class, or one of `ROOTS`.

    Returns:
        True when both are the same or `ancestor_name` is above `name`; an unknown name is a ValueError.
    """
    _known_ancestors(ancestor_name)
    return ancestor_name == name or ancestor_name in _known_ancestors(name)


def _parse_phrase(name: str, entry: Mapping[str, Any]) -> EventPhrase:
    for key, value in entry.items():
        if key not in _TYPES:
            raise ValueError(f"event phrase {name!r}: unknown key {key!r}; {_nearest(key, _TYPES)}")
        if not isinstance(value, _TYPES[key]):
            raise ValueError(f"event phrase {name!r}: {key} is {value!r}; write a {_TYPES[key].__name__}")
    for key in _REQUIRED:
        if key not in entry or (entry[key] == "" and key != "parent"):
            raise ValueError(f"event phrase {name!r}: {key} is missing; found only {', '.join(entry)}; add it")
    clauses = (entry["clause"], *entry["also"])
    flags = {flag: entry.get(flag, False) for flag in _FLAGS}
    manners = {manner: entry.get(manner, "") for manner in _MANNERS}
    return EventPhrase(name, entry["noun"], clauses, entry["parent"], **flags, **manners)


def _nearest(wrong: str, valid: Iterable[str]) -> str:
    """Say which valid name comes nearest to a wrong one."""
    return f"the nearest valid name is {difflib.get_close_matches(wrong, valid, n=1, cutoff=0)[0]!r}"
