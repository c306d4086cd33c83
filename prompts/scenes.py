"""Which sounds occur together: pairs of classes by scene, for the two-event captions of the bank."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import permutations, product

from mkaudio.prompts.event_phrase import is_a, load_phrases

_SCENES = resources.files("mkaudio.prompts") / "phrases" / "scenes.toml"
_PEOPLE = ("a person", "someone", "a speaker", "a narrator")


@cache
def load_scenes() -> dict[str, dict[str, list[str]]]:
    """Read and check the scenes; the result is cached and not to be changed."""
    return parse_scenes(tomllib.loads(_SCENES.read_text("utf-8")))


def parse_scenes(table: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
    """Check scenes.

    Args:
        table: scene to `front` and `behind`, lists of classes.

    Returns:
        The same.

    Raises:
        ValueError: a class is unknown, or one that no caption may claim.
    """
    for scene, parts in table.items():
        if set(parts) != {"front", "behind"}:
            raise ValueError(f"scenes.toml, {scene}: found {', '.join(parts)}; needed front and behind")
        for name in (*parts["front"], *parts["behind"]):
            phrase = load_phrases().get(name)
            if phrase is None or phrase.general or phrase.blind:
                raise ValueError(f"scenes.toml, {scene}: {name!r} is no class that a caption may claim")
    return {scene: dict(parts) for scene, parts in table.items()}


def front_pairs() -> Iterator[tuple[str, str]]:
    """Yield every ordered pair of classes that stand in the front of a scene, once."""
    yield from dict.fromkeys(
        pair for parts in load_scenes().values() for pair in permutations(parts["front"], 2) if _apart(*pair)
    )


def background_pairs() -> Iterator[tuple[str, str]]:
    """Yield every pair of a class in the front and one behind it, once."""
    yield from dict.fromkeys(
        pair for parts in load_scenes().values() for pair in product(parts["front"], parts["behind"]) if _apart(*pair)
    )


def _apart(one: str, other: str) -> bool:
    """Say whether two classes are two things, and of two subjects."""
    if is_a(one, other) or is_a(other, one):
        return False
    first, second = (load_phrases()[name].clause for name in (one, other))
    same_subject = first.split()[:2] == second.split()[:2]
    return not same_subject and not (first.startswith(_PEOPLE) and second.startswith(_PEOPLE))
