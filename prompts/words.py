"""The word lists in `phrases/words.toml`.

>>> "tv" in words("acronyms"), "TV" in words("acronyms")
(False, True)
"""

import hashlib
import tomllib
from functools import cache
from importlib import resources

_LISTS = resources.files("mkaudio.prompts") / "phrases" / "words.toml"

WORDS_VERSION = hashlib.sha256(_LISTS.read_bytes()).hexdigest()[:12]
"""Start of the sha256 of the lists: changes when any of them does."""


@cache
def _lists() -> dict[str, str]:
    return tomllib.loads(_LISTS.read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """Return one of the lists.

    Args:
        name: its key in the file.
    """
    return frozenset(_lists()[name].split())
