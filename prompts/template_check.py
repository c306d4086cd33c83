"""What may be wrong with a template: its slots, its relation, and what its words say of time.

>>> nearest("{A.nown}", ["{A}", "{A.noun}"])
"the nearest valid name is '{A.noun}'"
"""

import difflib
import re
from collections.abc import Iterable, Mapping

from mkaudio.prompts.layout import Layout
from mkaudio.prompts.stated_check import layouts_stated, what_is_wrong

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
SLOT = re.compile(r"\{([^{}]*)\}")
_MARKS = re.compile(r"[\w' ,.;:!?()\"-]*")


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


def nearest(wrong: str, valid: Iterable[str]) -> str:
    """Say which valid name comes nearest to a wrong one.

    Args:
        wrong: as found.
        valid: all that there are.
    """
    low = {name.lower(): name for name in valid}
    return f"the nearest valid name is {low[difflib.get_close_matches(wrong.lower(), low, n=1, cutoff=0)[0]]!r}"


def check_slots(text: str, layout: Layout, words: Mapping[str, tuple[str, ...]]) -> None:
    """Check that a text has the slots of its layout, each part once, and no other.

    Args:
        text: with slots.
        layout: that it claims to state.
        words: lists of words by slot.

    Raises:
        ValueError: a slot is unknown, missing or one too many, a verb agrees with nothing, or a mark does not stay in captions.
    """
    parts = [part for part in "XAB" if part in layout.value]
    valid = [
        "X",
        "X.noun",
        *(f"{event}{more}" for event in parts[1:] for more in ("", ".noun", *(f".{one}" for one in AGREEING))),
        *words,
    ]
    found = SLOT.findall(text)
    rest = SLOT.sub("", text)
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


def check_time(text: str, layout: Layout, words: Mapping[str, tuple[str, ...]]) -> None:
    """Check what a text says of time against its layout, with each option of each list of words once.

    Args:
        text: with slots, checked.
        layout: that it claims to state.
        words: lists of words by slot.

    Raises:
        ValueError: the words say something else, or leave open how two parts lie in time.
    """
    firsts = {slot: options[0] for slot, options in words.items()}
    used = {slot: options for slot, options in words.items() if f"{{{slot}}}" in text}
    variants = [firsts, *({**firsts, slot: option} for slot, options in used.items() for option in options[1:])]
    for variant in variants:
        filled = SLOT.sub(lambda match, chosen=variant: chosen.get(match[1], match[0]), text)  # type: ignore[misc]
        if wrong := what_is_wrong(filled, layout):
            fitting = layouts_stated(filled, set(layout.value) & set("ABX"))
            todo = (
                f"write relation = {fitting[0].value!r}"
                if fitting
                else "say it by before, after, then, while, in the background"
            )
            raise ValueError(f"relation {layout.value!r}, but {wrong}: {filled!r}; {todo}, or vouched = true")
