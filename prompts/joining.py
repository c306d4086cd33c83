"""The joints of a sentence: how the clauses of two and three events are put together, and taken apart again.

In a form {a} {b} {c} are clauses, in the order of time or the surer first, and {noun_b} {noun_c} the noun phrases of b
and c. No clause holds a joint, so that every sentence made here can be split into its events.

>>> split_events("First a dog barks, then a cat meows, and finally rain falls.")
['First a dog barks', 'a cat meows', 'rain falls.']
"""

import re

ORDER = (
    "{a}, and then {b}",
    "{a}, then {b}",
    "{a} before {b}",
    "{b} after {a}",
    "{a}, followed by {noun_b}",
    "first {a}, and then {b}",
)
TOGETHER = ("{a} while {b}", "{a} as {b}", "{b} while {a}")
UNDER = ("{a}, with {noun_b} in the background", "{a} while {b} in the background", "{b} in the background as {a}")
UNCLEAR = ("{a}, and {b}",)
ORDER_3 = (
    "{a}, then {b}, and then {c}",
    "{a}, followed by {noun_b}, and then {c}",
    "first {a}, then {b}, and finally {c}",
)
ORDER_UNDER = (
    "{a}, and then {b}, with {noun_c} in the background",
    "{a} before {b}, with {noun_c} in the background",
    "{a}, followed by {noun_b}, while {c} in the background",
)
TOGETHER_UNDER = ("{a} while {b}, with {noun_c} in the background", "{a} as {b}, with {noun_c} in the background")
FORMS = (*ORDER, *TOGETHER, *UNDER, *UNCLEAR, *ORDER_3, *ORDER_UNDER, *TOGETHER_UNDER)

_JOINT = re.compile(r", (?:and then|and finally|followed by|then|and|while|with) | (?:while|before|after|as) ")
_PLAIN_PRESENT = re.compile(r"\{[ab]\} (?:before|after|as|in) |, while ")


def filled(form: str, clauses: list[str], nouns: list[str]) -> str:
    """Return a form with its clauses and nouns.

    Args:
        form: one of `FORMS`.
        clauses: of a, b and, where the form has it, c.
        nouns: of the same.
    """
    words: dict[str, str] = {}
    for letter, clause, noun in zip("abc", clauses, nouns, strict=False):
        words |= {letter: clause, f"noun_{letter}": noun}
    return form.format(**words)


def wants_plain_present(form: str) -> bool:
    """Tell whether a form reads well only with clauses in the plain present: not "a dog is barking before ...".

    Args:
        form: one of `FORMS`.
    """
    return _PLAIN_PRESENT.search(form) is not None


def split_events(text: str) -> list[str]:
    """Split a sentence into the parts that each name one event.

    Args:
        text: made by one of `FORMS`, or of one clause.
    """
    return _JOINT.split(text)
