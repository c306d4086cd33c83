"""What the words of a template say of time: which part comes before which, which are heard at once, which is behind.

The words are English as templates use it, not all of it. Words in which nothing is recognised state nothing.

>>> sorted(map(sorted, stated("{X}, and then {A}, with {B} in the background.")))
[[('before', 'X', 'A')], [('under', 'B', 'A')], [('with', 'A', 'B')]]
"""

import re
from collections.abc import Iterator
from itertools import pairwise

Fact = tuple[str, str, str]
"""("before", "A", "X"), ("with", "A", "X") or ("under", "A", "X"): A is behind X, or X in front."""
Statement = frozenset[Fact]
"""Facts of which one is meant: "behind the rain" may be in the background of it, or after it."""

_ALL = r"(?:(?:all|any|both) )?(?:of )?(?:that|this|it|which|them)(?: all)?"
_THEN = re.compile(
    rf"\b(?:after {_ALL}|and after that|afterwards?|then|next|later|finally|last(?:ly| of all)?|at the (?:very )?end|in the end|"
    r"to finish|ends? with|second|third|followed by|until|gives? way to|leads? to|goes? on with|is over)\b"
)
_BEFORE_THAT = re.compile(rf"\b(?:before {_ALL}|but first|beforehand|earlier)\b")
_FIRST = re.compile(r"\b(?:at )?first\b|\b(?:starts?|begins?|opens?) with\b|\bat the (?:very )?(?:start|beginning)\b")
_DURING = re.compile(
    rf"\b(?:meanwhile|at the same time(?: as)?|at once|all the while|throughout|(?:during|over) {_ALL})\b|"
    rf"\b(?:while|as) {_ALL} \w+(?: on)?"
)
_WHILE = re.compile(r"\b(?:while|as|during|over|(?:along|together) with)\b")
_BEHIND_THAT = re.compile(rf"\b(?:behind|under|beneath) {_ALL}\b|\bin the background(?: of {_ALL})?\b")
_FRONT_OF_THAT = re.compile(rf"\bin front of {_ALL}\b|\bin the foreground\b|\bup front\b")
_PART = re.compile(r"\{([ABX])(?:\.noun)?\}")
_HELPER = re.compile(r"\{[ABX]\.\w+\}")
_BACKGROUND = "in the background"


def stated(text: str) -> list[Statement]:
    """Return what a template's words say of its parts in time.

    Args:
        text: of the template; slots of words are filled already.
    """
    found: list[Statement] = []
    said: list[str] = []
    latest: list[str] = []
    for sentence in re.split(r"[.;!?]+(?=\s|$)", text):
        pieces = _PART.split(sentence)
        parts, gaps = pieces[1::2], [_HELPER.sub("is", gap.lower()) for gap in pieces[::2]]
        if not parts:
            continue
        behind = _DURING.search(gaps[0]) or _BEHIND_THAT.search(gaps[0]) or _FRONT_OF_THAT.search(gaps[0])
        if said:
            found += _of_earlier(parts, gaps, said, latest)
        found += _inside(parts, gaps)
        last = [part for part in parts if part == parts[-1] or _meet(found, part, parts[-1])]
        said, latest = [*said, *parts], [*latest, *parts] if behind else last
    return found


def _of_earlier(parts: list[str], gaps: list[str], said: list[str], latest: list[str]) -> Iterator[Statement]:
    """Yield what the words before a sentence's first part say of the sentences before: "After that", "Meanwhile"."""
    head = gaps[0]
    if re.search(r"\bbetween\s*$", head) and len(parts) == 2:
        for one in said:
            yield _one("before", parts[0], one)
            yield _one("before", one, parts[1])
        return
    if re.search(r"\bcomes? after\s*$", head):
        yield from (_one("before", part, one) for part in parts for one in said)
    elif _BEFORE_THAT.search(head) or re.search(r"\bfirst\b", head):
        joined = [
            parts[0],
            *(part for part, gap in zip(parts[1:], gaps[1:], strict=False) if gap.strip(" ,") == "followed by"),
        ]
        yield from (_one("before", part, one) for part in joined for one in said)
    elif _THEN.search(head):
        yield from (_one("before", one, parts[0]) for one in said)
    if _DURING.search(head):
        yield from (_one("with", parts[0], one) for one in latest)
    if _BEHIND_THAT.search(head) and not re.search(r"\bwith\s*$", head):
        yield from (_one("under", parts[0], one) for one in latest)
    if _FRONT_OF_THAT.search(head):
        yield from (_one("under", one, parts[0]) for one in latest)
    for part, gap in zip(parts, gaps[1:], strict=True):
        if _BEFORE_THAT.match(gap.strip()):
            yield from (_one("before", part, one) for one in said)
        elif re.match(rf"after {_ALL}\b", gap.strip()):
            yield from (_one("before", one, part) for one in said)
    if len(parts) == 1 and _BACKGROUND in gaps[1]:
        yield from (_one("under", parts[0], one) for one in latest)


def _inside(parts: list[str], gaps: list[str]) -> list[Statement]:
    """Return what one sentence says of its parts."""
    found = list(_of_head(parts, gaps))
    skip = len(parts) > 2 and re.search(r"\bbetween\s*$", gaps[0]) is not None
    for number, (one, other) in enumerate(pairwise(parts)):
        behind, comma, joint = (
            gaps[number + 1].rpartition(",") if gaps[number + 1].count(",") == 1 else _split(gaps[number + 1])
        )
        if _FIRST.search(behind):
            found += [_one("before", one, later) for later in parts[number + 1 :]]
        if number and re.search(r"at the same time|at once", behind):
            found.append(_one("with", parts[number - 1], one))
        if not skip:
            found += _of_joint(one, other, joint, parts[number + 2 :])
        skip = re.search(r"\bbetween\s*$", joint) is not None
        if _BACKGROUND in behind or (not comma and _BACKGROUND in joint and not re.search(r"\bwith\b", joint)):
            partner = other if number == 0 else parts[number - 1]
            found.append(_one("under", one, partner))
        elif _BACKGROUND in joint:
            found.append(_one("under", other, one))
    if len(parts) > 1:
        if _BACKGROUND in gaps[-1]:
            found.append(_one("under", parts[-1], parts[-2]))
        if re.search(r"at the same time|at once", gaps[-1]):
            found.append(_one("with", parts[-2], parts[-1]))
    return found


def _split(gap: str) -> tuple[str, str, str]:
    return gap.partition(",") if "," in gap else ("", "", gap)


def _of_head(parts: list[str], gaps: list[str]) -> Iterator[Statement]:
    """Yield what the words before the first part say of the second: "After {A}, {X}"."""
    head = re.sub(rf"\b(?:before|after|behind|in front of|while|as|during|over) {_ALL}\b", " ", gaps[0])
    if len(parts) < 2:
        return
    first, second = parts[:2]
    if len(parts) > 2 and re.search(r"\bbetween\s*$", head):
        yield _one("before", first, parts[2])
        yield _one("before", parts[2], second)
    elif re.search(r"\b(?:after|following|once)\b", head) and not re.search(r"\bcomes? after\s*$", head):
        yield _one("before", first, second)
    elif re.search(r"\bbefore\b", head):
        yield _one("before", second, first)
    elif re.search(r"\bin front of\b", head):
        yield frozenset({("under", first, second), ("before", second, first)})
    elif re.search(r"\bbehind\b", head):
        yield frozenset({("under", second, first), ("before", first, second)})
    elif _WHILE.search(head) or re.search(r"\bat the same time as\b", head):
        yield _one("with", first, second)
    elif re.search(r"\bbackground of\s*$", head) or re.search(
        r"(?<!starts )(?<!begins )(?<!opens )(?<!ends )\bwith\s*$", head
    ):
        yield _one("under" if "background" in head + gaps[1] else "with", first, second)


def _of_joint(one: str, other: str, joint: str, more: list[str]) -> Iterator[Statement]:
    """Yield what the words between two parts say of them."""
    if re.search(r"\bbetween\s*$", joint) and more:
        yield _one("before", other, one)
        yield _one("before", one, more[0])
    elif _BEFORE_THAT.search(joint):
        yield _one("before", other, one)
    elif _DURING.search(joint):
        yield _one("with", one, other)
    elif _THEN.search(joint):
        yield _one("before", one, other)
    elif re.search(r"\b(?:after|following|preceded by)\b", joint):
        yield _one("before", other, one)
    elif re.search(r"\bbefore\b", joint):
        yield _one("before", one, other)
    elif re.search(r"\bheard behind\s*$", joint):
        yield _one("under", one, other)
    elif re.search(r"\bbackground of\s*$", joint):
        yield _one("under", other, one)
    elif re.search(r"\bbehind\b", joint):
        yield frozenset({("under", one, other), ("before", other, one)})
    elif re.search(r"\bin front of\b", joint):
        yield frozenset({("under", other, one), ("before", one, other)})
    elif _WHILE.search(joint) or re.search(r"\bwith\b", joint):
        yield _one("with", one, other)


def _one(kind: str, one: str, other: str) -> Statement:
    return frozenset({(kind, one, other)})


def _meet(statements: list[Statement], one: str, other: str) -> bool:
    return any(kind != "before" and {one, other} == {a, b} for each in statements for kind, a, b in each)
