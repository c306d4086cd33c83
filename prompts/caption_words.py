"""The word lists in `phrases/caption_words.toml`.

>>> "Latin" in caption_words("names")
True
"""

import tomllib
from functools import cache
from importlib import resources

_LISTS = resources.files("mkaudio.prompts") / "phrases" / "caption_words.toml"


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(_LISTS.read_text(encoding="utf-8"))


def caption_words(name: str) -> frozenset[str]:
    """Return one of the lists.

    Args:
        name: its key in the file.
    """
    return frozenset(_lists()[name].split())
