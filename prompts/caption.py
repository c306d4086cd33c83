"""Events → a sentence. Clauses come in without capital or full stop and go out as English.

>>> in_order("a dog barks", "a door slams")
'A dog barks, and then a door slams.'
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caption:
    """A sentence, and how many sound events it names."""

    text: str
    n_events: int


def sentence(clause: str) -> str:
    """Return a clause as a sentence.

    Args:
        clause: lower case, without a full stop.

    >>> sentence("rain patters on a roof")
    'Rain patters on a roof.'
    """
    text = clause.strip().rstrip(".")
    return text[:1].upper() + text[1:] + "." if text else ""


def in_order(first: str, second: str) -> str:
    """Return a sentence that states which of two events comes first.

    Args:
        first: clause of the earlier event.
        second: clause of the later one.
    """
    return sentence(f"{first}, and then {second}")


def together(first: str, second: str) -> str:
    """Return a sentence that states that two events overlap.

    Args:
        first: clause of the surer event.
        second: clause of the other.

    >>> together("a man speaks", "birds chirp")
    'A man speaks while birds chirp.'
    """
    return sentence(f"{first} while {second}")
