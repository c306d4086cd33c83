"""Whether a template's words say what its relation says.

>>> what_is_wrong("{A} before {X}.", Layout.X_A)
'its words say that A comes before X'
>>> layouts_stated("{A} before {X}.", {"A", "X"})
[<Layout.A_X: 'A before X'>]
"""

from collections.abc import Iterator
from itertools import combinations

from mkaudio.prompts.layout import Layout
from mkaudio.prompts.stated import Fact, stated

_SAYS = {"before": "comes before", "with": "is heard with", "under": "is in the background of"}


def what_is_wrong(text: str, layout: Layout) -> str:
    """Return what a template's words say against its layout, or leave open; "" where they say just that.

    Args:
        text: of the template; slots of words are filled already.
        layout: that it claims to state.
    """
    statements = stated(text)
    for statement in statements:
        if not any(_is_true(fact, layout) for fact in statement):
            kind, one, other = min(statement)
            return f"its words say that {one} {_SAYS[kind]} {other}"
    parts = [part for part in "ABX" if part in layout.value]
    known = {fact for statement in statements for fact in statement if _is_true(fact, layout)}
    for _ in parts:
        known |= set(_follows(known))
    for one, other in combinations(parts, 2):
        if not {("with", one, other), ("before", one, other), ("before", other, one)} & known:
            return f"its words do not say how {one} and {other} lie in time"
    return ""


def layouts_stated(text: str, parts: set[str]) -> list[Layout]:
    """Return the layouts that a template's words state.

    Args:
        text: of the template; slots of words are filled already.
        parts: that it names.
    """
    return [one for one in Layout if set(one.value) & set("ABX") == parts and not what_is_wrong(text, one)]


def _is_true(fact: Fact, layout: Layout) -> bool:
    kind, one, other = fact
    if not {one, other} <= set(layout.value):
        return False
    laid = layout.laid or ("", "")
    step = {part: number for number, part in enumerate(layout.in_turn)}
    step.setdefault(laid[0], step["X"])
    if kind == "before":
        return step[one] < step[other]
    if step[one] != step[other]:
        return False
    return kind == "with" or (one, laid[1]) in {(laid[0], "under"), ("X", "above")}


def _follows(known: set[Fact]) -> Iterator[Fact]:
    """Yield what follows from facts: what is before one that is before another, or heard with it, is before that as well."""
    for kind, one, other in known:
        if kind != "before":
            yield from (("with", one, other), ("with", other, one))
        for second, a, b in known:
            if other == a and "before" in {kind, second}:
                yield ("before", one, b)
