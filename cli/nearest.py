"""What a person may have meant by a name that there is not."""

import difflib
from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the nearest of some names as a question, or all of them.

    Args:
        name: as it was given.
        known: those that there are.

    >>> nearest("tagegr", ["tagger", "labels"])
    'did you mean tagger?'
    >>> nearest("x", ["tagger", "labels"])
    'there is tagger, labels'
    """
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"there is {', '.join(names)}"
