"""What may be added to a clause of a class, by kind of sound: "repeatedly", "in the distance".

>>> modifiers_of("Bark")["soft"]
('in the distance', 'far away')
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from mkaudio.prompts.event_phrase import ROOTS, ancestors, load_phrases

_MODIFIERS = resources.files("mkaudio.prompts") / "phrases" / "modifiers.toml"
_CLAIMS = ("repeated", "lasting", "soft", "loud")

_SAID_ALREADY = {
    "repeated": re.compile(r"\b(repeat|stead|roll|rhythm|sequence|patter|rises and falls|in reverse|trembl|without)"),
    "lasting": re.compile(r"\b(stead|gives|lets out|falls\b.*\brings|once|goes off|jingle bells|without)"),
    "soft": re.compile(r"\b(loud|heartily|heavily|rages|roars|booms|soft|gentl|overhead|nearby|background|whisper)"),
    "loud": re.compile(
        r"\b(loud|heavily|soft|gentl|low|dull|calm|nearby|background|lightly|whisper|tender|hushed|tiny)"
    ),
}
"""Words of a clause beside which a modifier would say the same again, or the opposite."""
_WITH = re.compile(r"\b(with|without)\b")
_PLACES = re.compile(r"^(in the|in another|far|close)\b")


@cache
def load_modifiers() -> dict[str, dict[str, tuple[str, ...]]]:
    """Read and check the table; the result is cached and not to be changed.

    Returns:
        Class, or root, to claim to modifiers.
    """
    return parse_modifiers(tomllib.loads(_MODIFIERS.read_text("utf-8")))


def parse_modifiers(table: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Turn a parsed TOML table into modifiers by class.

    Args:
        table: `kind` to a list of tables with the keys `why`, `classes` and claims.

    Returns:
        Class, or root, to claim to modifiers.

    Raises:
        ValueError: a class is unknown or in two kinds, or a key is not known.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for kind in table["kind"]:
        why = kind["why"]
        for key in kind:
            if key not in ("why", "classes", *_CLAIMS):
                raise ValueError(f"modifiers.toml, {why!r}: unknown key {key!r}; there is {', '.join(_CLAIMS)}")
        for name in kind["classes"]:
            if name not in load_phrases() and name not in ROOTS:
                raise ValueError(f"modifiers.toml, {why!r}: unknown class {name!r}")
            if name in found:
                raise ValueError(f"modifiers.toml, {why!r}: {name!r} is in another kind as well")
            found[name] = {claim: tuple(kind.get(claim, ())) for claim in _CLAIMS}
    return found


def modifiers_of(name: str) -> dict[str, tuple[str, ...]]:
    """Return claim to modifiers of a class: those of the kind that names it or the nearest class above.

    Args:
        name: of the class.
    """
    table = load_modifiers()
    return next((table[one] for one in (name, *ancestors(name)) if one in table), {})


def modified(name: str, clause: str) -> Iterator[tuple[str, str]]:
    """Yield (clause with a modifier, what it claims) for all that fit behind the preferred clause of a class.

    Args:
        name: of the class.
        clause: its first.
    """
    for claim, words in modifiers_of(name).items():
        if _SAID_ALREADY[claim].search(clause):
            continue
        for modifier in words:
            if _WITH.search(clause) and not _PLACES.search(modifier):
                continue
            yield f"{clause} {modifier}", claim
