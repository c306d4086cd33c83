"""What a file's name says of its sound: words, where the name has words that name sounds."""

import re
from functools import cache
from pathlib import PurePosixPath

from mkaudio.prompts import find_phrase

_NOT_WORDS = re.compile(r"[^A-Za-z']+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


_SPLITS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval", "evaluation"})
"""Names of a data set's parts, which name no sound: "train" is not the vehicle."""


@cache
def words_of_path(path: str) -> str:
    """Return the words of a path that name a sound: of the file's name, else of its folder's; "" where neither does.

    A name counts only where its words name a class that we have phrases for, so that "track 07" or "final mix"
    does not become a caption.

    Args:
        path: of a source, "/" between folders.

    >>> words_of_path("kit/DogBark_02.wav")
    'dog bark'
    >>> words_of_path("session/track_07.wav")
    ''
    """
    pure = PurePosixPath(path)
    for name in (pure.stem, pure.parent.name):
        words = _NOT_WORDS.sub(" ", _CAMEL.sub(" ", name)).strip().lower()
        if words and words not in _SPLITS and find_phrase(words):
            return words
    return ""
