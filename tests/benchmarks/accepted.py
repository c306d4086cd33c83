"""Whether a text names a sound: the table of accepted words, and the judge."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("accepted_words.toml")
_JOINTS = re.compile(
    r",? and then |, and finally |, then |,? followed by |,? while | before | after | as |, and "
    r"|,? with (?=(?:(?! while )[^,])* in the background)"
)
"""What stands between two events: written apart from prompts/joining.py, so that each checks the other."""


@cache
def load_accepted() -> dict[str, dict[str, tuple[str, ...]]]:
    """Load part (val, train) → label → accepted stems, families written out.

    Returns:
        The table. An empty tuple means that clips with the label are not judged.

    Raises:
        ValueError: if a label cites a family that the table lacks.
    """
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    families = table.pop("families")

    accepted: dict[str, dict[str, tuple[str, ...]]] = {}
    for part, rows in table.items():
        accepted[part] = {}
        for label, words in rows.items():
            missing = [word for word in words if word[0] == "@" and word[1:] not in families]
            if missing:
                raise ValueError(f"{_TABLE.name}, {label!r}: no family {missing[0]}; define it under [families]")
            groups = (families[word[1:]] if word[0] == "@" else [word] for word in words)
            accepted[part][label] = tuple(dict.fromkeys(stem for group in groups for stem in group))
    return accepted


def names(text: str, stems: Iterable[str]) -> bool:
    """Say whether one of the stems begins a word of the text, in any case; hyphens count as spaces.

    Any ending may follow a stem, but after a full stop at the stem's end only a plural -s.

    >>> names("Two dogs bark.", ["dog"]), names("A carpet is beaten.", ["car"]), names("A carpet is beaten.", ["car."])
    (True, True, False)
    """
    plain = _plain(text)
    return any(re.search(rf"\b{re.escape(_plain(stem).rstrip('.'))}{_ending(stem)}", plain) for stem in stems)


def events_of(prompt: str) -> list[str]:
    """Split a prompt into the clauses that each name one event.

    >>> events_of("A dog barks before a cat meows, with birds chirping in the background.")
    ['A dog barks', 'a cat meows', 'birds chirping in the background.']
    """
    return _JOINTS.split(prompt)


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").split())


def _ending(stem: str) -> str:
    return r"s?\b" if stem.endswith(".") else ""
