"""The word lists in `phrases/words.toml`.

>>> "tv" in words("acronyms"), "TV" in words("acronyms")
(False, True)
"""

import tomllib
from functools import cache
from importlib import resources

_LISTS = resources.files("mkaudio.prompts") / "phrases" / "words.toml"


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(_LISTS.read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """Return one of the lists.

    Args:
        name: its key in the file.
    """
    return frozenset(_lists()[name].split())
