"""Draws by seed: the same seed draws the same on every machine, and different seeds draw evenly."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Option = TypeVar("Option")


def draw(options: Sequence[Option], seed: int, about: str) -> Option:
    """Draw one of several options.

    Args:
        options: at least one.
        seed: of the clip.
        about: what is drawn, so that a clip's draws do not hang together.

    Raises:
        ValueError: there is no option.

    >>> draw(["a dog barks", "a dog is barking"], 7, "Dog") == draw(["a dog barks", "a dog is barking"], 7, "Dog")
    True
    """
    if not options:
        raise ValueError(f"nothing to draw from for {about!r}; give at least one option")
    digest = hashlib.sha256(f"{seed}:{about}".encode()).digest()
    return options[int.from_bytes(digest[:8]) % len(options)]


def uniform(seed: int, about: str) -> float:
    """Draw a number, evenly from 0 to below 1.

    Args:
        seed: of the clip.
        about: what is drawn.
    """
    digest = hashlib.sha256(f"{seed}:{about}".encode()).digest()
    return (int.from_bytes(digest[:8]) >> 11) / (1 << 53)
