"""A template: a sentence with slots, and how the parts that it names lie in time.

>>> one = parse_template("{A} before {X}.", "A before X")
>>> one.layout, sorted(one.takes)
(<Layout.A_X: 'A before X'>, [<Kind.CLAUSE: 'clause'>])
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mkaudio.prompts.caption_form import Kind
from mkaudio.prompts.layout import Layout
from mkaudio.prompts.template_check import SLOT, check_slots, check_time, nearest, parse_relation

_JOINS_BEFORE = re.compile(r"\b(?:before|after|as|until|once|when) $", re.IGNORECASE)
_JOINS_BEHIND = re.compile(r" (?:before|after|as|until|in the background)\b")
_ENDS_SENTENCE = re.compile(r"(?:^|[.!?][\"')]* )[\"'(]?$")

_TAKEN_ON_REQUEST = {Kind.CLAUSE, Kind.PROGRESSIVE, Kind.NOUN}
"""What stands where a clause does without spoiling the order, though it may read badly."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A slot, or the words between two.

    Args:
        slot: its name; "" for words.
        text: the words; "" for a slot.
        capital: whether the slot begins a sentence.
        plain: whether the slot wants a clause in the plain present, since "before" or the like stands beside it.
    """

    slot: str
    text: str = ""
    capital: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A template, checked.

    Args:
        text: as it stands in the file, spaces and full stop mended.
        layout: that it states.
        name: of its set, and its number there: "natural:17".
        takes: kinds of captions that may be its X.
        weight: how often it is drawn, against the others.
        words: the set's lists that it draws from, by slot.
        pieces: its text, taken apart.
    """

    text: str
    layout: Layout
    name: str
    takes: frozenset[Kind]
    weight: int
    words: tuple[tuple[str, tuple[str, ...]], ...]
    pieces: tuple[Piece, ...]


def parse_template(
    text: str,
    relation: str,
    name: str = "",
    words: Mapping[str, tuple[str, ...]] | None = None,
    takes: Iterable[str] | None = None,
    weight: int = 1,
    vouched: bool = False,
) -> Template:
    """Check a template's text against its relation and its set's words.

    Args:
        text: with slots.
        relation: how its parts lie in time.
        name: of the template.
        words: lists of words by slot.
        takes: kinds of captions; None for all that stand well in the text.
        weight: how often it is drawn, against the others.
        vouched: whether the author vouches for what the words say of time, so that it is not checked.

    Raises:
        ValueError: a slot is unknown, one of the relation is missing, one is too many or stands twice, the words say
            something else than the relation, or a kind is not one that the text allows.
    """
    layout, lists = parse_relation(relation), dict(words or {})
    whole = " ".join(text.split())
    if not whole:
        raise ValueError('text is empty; write a sentence with slots, such as "{X}, and then {A}."')
    whole = whole[0].upper() + whole[1:]
    whole = whole if re.search(r"[.!?][\"')]?$", whole) else f"{whole}."
    check_slots(whole, layout, lists)
    if not vouched:
        check_time(whole, layout, lists)
    pieces = _pieces(whole)
    allowed = _kinds(whole, pieces)
    own = tuple((slot, lists[slot]) for slot in sorted({piece.slot for piece in pieces} & set(lists)))
    return Template(whole, layout, name, _narrowed(allowed, takes), weight, own, pieces)


def _pieces(text: str) -> tuple[Piece, ...]:
    pieces, done = [], 0
    for match in SLOT.finditer(text):
        if match.start() > done:
            pieces.append(Piece("", text[done : match.start()]))
        before, behind = text[: match.start()], text[match.end() :]
        plain = bool(_JOINS_BEFORE.search(before) or _JOINS_BEHIND.match(behind))
        pieces.append(Piece(match[1], capital=bool(_ENDS_SENTENCE.search(before)), plain=plain))
        done = match.end()
    return (*pieces, Piece("", text[done:]))


def _kinds(text: str, pieces: tuple[Piece, ...]) -> frozenset[Kind]:
    """Return the kinds of captions that stand well in a text."""
    if "{X.noun}" in text:
        return frozenset({Kind.NOUN})
    sentence = next(one for one in re.split(r"(?<=[.!?]) ", text) if "{X}" in one)
    if re.fullmatch(r"\{X\}[.!?]", sentence):
        return frozenset(Kind)
    clauses = (
        {Kind.CLAUSE} if any(piece.plain for piece in pieces if piece.slot == "X") else {Kind.CLAUSE, Kind.PROGRESSIVE}
    )
    alone = not re.search(r"\{[AB]", sentence) and re.search(r"\{X\}[.!?]$", sentence)
    return frozenset({*clauses, Kind.SEVERAL} if alone else clauses)


def _narrowed(allowed: frozenset[Kind], takes: Iterable[str] | None) -> frozenset[Kind]:
    if takes is None:
        return allowed
    kinds = [kind.value for kind in Kind]
    for one in (chosen := list(takes)):
        if one not in kinds:
            raise ValueError(f"takes: unknown kind of caption {one!r}; {nearest(str(one), kinds)}")
        if Kind(one) not in allowed | (_TAKEN_ON_REQUEST if Kind.CLAUSE in allowed else set()):
            found = ", ".join(kind.value for kind in Kind if kind in allowed)
            raise ValueError(
                f"takes: a caption of kind {one!r} does not stand well in this text; found fitting: {found}"
            )
    if not chosen:
        raise ValueError("takes is empty; name a kind of caption, or leave it out")
    return frozenset(map(Kind, chosen))
