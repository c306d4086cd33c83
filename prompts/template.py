"""A template: a sentence with slots, and how the parts that it names lie in time.

>>> one = parse_template("{A} before {X}.", "A before X")
>>> one.layout, sorted(one.takes)
(<Layout.A_X: 'A before X'>, [<Kind.CLAUSE: 'clause'>])
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mkaudio.prompts.caption_form import Kind
from mkaudio.prompts.layout import Layout
from mkaudio.prompts.stated import layouts_stated, what_is_wrong

AGREEING = {
    "is": "are",
    "has": "have",
    "was": "were",
    "comes": "come",
    "goes": "go",
    "follows": "follow",
    "starts": "start",
    "joins": "join",
}
"""Verbs that agree with the noun of an event: {A.is} is "is", and "are" where {A.noun} is plural."""

RELATIONS = tuple(layout.value for layout in Layout if layout is not Layout.ALONE)
_SLOT = re.compile(r"\{([^{}]*)\}")
_MARKS = re.compile(r"[\w' ,.;:!?()\"-]*")
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


def parse_relation(relation: object) -> Layout:
    """Return the layout that a file calls by its relation.

    Args:
        relation: "A before X".

    Raises:
        ValueError: there is none of that name.
    """
    if not isinstance(relation, str) or " ".join(relation.split()) not in RELATIONS:
        raise ValueError(f"unknown relation {relation!r}; {nearest(str(relation), RELATIONS)}")
    return Layout(" ".join(relation.split()))


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
    _check_slots(whole, layout, lists)
    if not vouched:
        _check_time(whole, layout, lists)
    pieces = _pieces(whole)
    allowed = _kinds(whole, pieces)
    own = tuple((slot, lists[slot]) for slot in sorted({piece.slot for piece in pieces} & set(lists)))
    return Template(whole, layout, name, _narrowed(allowed, takes), weight, own, pieces)


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """Say which valid name comes nearest to a wrong one.

    Args:
        wrong: as found.
        valid: all that there are.
    """
    low = {name.lower(): name for name in valid}
    return f"the nearest valid name is {low[difflib.get_close_matches(wrong.lower(), low, n=1, cutoff=0)[0]]!r}"


def _check_slots(text: str, layout: Layout, words: Mapping[str, tuple[str, ...]]) -> None:
    parts = [part for part in "XAB" if part in layout.value]
    valid = [
        "X",
        "X.noun",
        *(f"{event}{more}" for event in parts[1:] for more in ("", ".noun", *(f".{one}" for one in AGREEING))),
        *words,
    ]
    found = _SLOT.findall(text)
    rest = _SLOT.sub("", text)
    if "{" in rest or "}" in rest:
        raise ValueError(f"a brace without its other half in {text!r}; slots are written {{X}}, {{A}}, {{A.noun}}")
    if not _MARKS.fullmatch(rest):
        odd = next(mark for mark in rest if not _MARKS.fullmatch(mark))
        raise ValueError(f"the mark {odd!r} in {text!r} does not stay in a caption; use words and , . ; ' and -")
    for slot in found:
        if slot not in valid:
            event, _, more = slot.partition(".")
            if event in "AB" and event not in parts and event and (more in AGREEING or more in ("", "noun")):
                raise ValueError(
                    f"{{{slot}}} is one part too many for relation {layout.value!r}; {nearest(_with(layout, event), RELATIONS)}"
                )
            shown = [f"{{{name}}}" for name in valid]
            raise ValueError(f"unknown slot {{{slot}}}; {nearest(f'{{{slot}}}', shown)}")
    for part in parts:
        named = sum(slot in (part, f"{part}.noun") for slot in found)
        if named != 1:
            wrong = "is missing" if not named else f"stands {named} times"
            raise ValueError(
                f"{{{part}}} {wrong} in {text!r}; relation {layout.value!r} names it once, as {{{part}}} or {{{part}.noun}}"
            )
    for slot in found:
        event, _, more = slot.partition(".")
        if more in AGREEING and f"{event}.noun" not in found:
            raise ValueError(
                f"{{{slot}}} agrees with {{{event}.noun}}, which is missing in {text!r}; write {{{event}.noun}}"
            )


def _with(layout: Layout, event: str) -> str:
    return f"{layout.value} before {event}"


def _check_time(text: str, layout: Layout, words: Mapping[str, tuple[str, ...]]) -> None:
    """Check the words against the layout, with each option of each list of words once."""
    firsts = {slot: options[0] for slot, options in words.items()}
    used = {slot: options for slot, options in words.items() if f"{{{slot}}}" in text}
    variants = [firsts, *({**firsts, slot: option} for slot, options in used.items() for option in options[1:])]
    for variant in variants:
        filled = _SLOT.sub(lambda match, chosen=variant: chosen.get(match[1], match[0]), text)  # type: ignore[misc]
        if wrong := what_is_wrong(filled, layout):
            fitting = layouts_stated(filled, set(layout.value) & set("ABX"))
            todo = (
                f"write relation = {fitting[0].value!r}"
                if fitting
                else "say it by before, after, then, while, in the background"
            )
            raise ValueError(f"relation {layout.value!r}, but {wrong}: {filled!r}; {todo}, or vouched = true")


def _pieces(text: str) -> tuple[Piece, ...]:
    pieces, done = [], 0
    for match in _SLOT.finditer(text):
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
