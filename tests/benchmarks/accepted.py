"""Whether a text names a sound: the table of accepted words, and the judge."""

import re
import tomllib
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("accepted_words.toml")


@cache
def load_accepted():
    """Return label → accepted stems; an empty tuple means that clips with the label are not judged."""
    table = tomllib.loads(_TABLE.read_text("utf-8"))
    return {label: tuple(stems) for label, stems in table.items()}


def names(text, stems):
    """Say whether one of the stems begins a word of the text; hyphens count as spaces."""
    plain = text.lower().replace("-", " ")
    return any(re.search(rf"\b{re.escape(stem.replace('-', ' '))}", plain) for stem in stems)


def events_of(prompt):
    """Split a prompt into the clauses that each name one event."""
    return re.split(r",? and then | while |, (?=then )", prompt)
