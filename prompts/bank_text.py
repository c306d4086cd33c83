"""Which texts of a user's file are captions, and what became of the others."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from mkaudio.prompts.bank import BankCaption

_MOST_CHARACTERS = 500
"""What reads captions stops at 256 tokens (models/starter/minilm.py); so much English has about half as many."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ufffd]")
_NO_CAPTION = re.compile(r"\w+://|^\S+\.(wav|mp3|flac|ogg|m4a|txt|csv|json)$", re.IGNORECASE)


def why_no_caption(cell: object) -> str:
    """Return "blank" or "absurd" for what is no caption, "" for what is one.

    Absurd are numbers and other data, text without two letters or with control characters, addresses and file names, and
    what is far too long.

    Args:
        cell: as it stands in the file.

    >>> why_no_caption(" "), why_no_caption("12:30"), why_no_caption("A dog barks")
    ('blank', 'absurd', '')
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return "blank"
    if not isinstance(cell, str) or len(cell) > _MOST_CHARACTERS or _NO_CAPTION.search(cell.strip()):
        return "absurd"
    return "" if sum(map(str.isalpha, cell)) >= 2 and not _CONTROL.search(cell) else "absurd"


def kept_captions(cells: Iterable[object], skipped: Counter[str]) -> Iterator[BankCaption]:
    """Yield captions on one line each, and each once.

    Args:
        cells: as they stand in the files.
        skipped: counts "blank", "absurd" and "doubled".
    """
    seen: set[str] = set()
    for cell in cells:
        if why := why_no_caption(cell):
            skipped[why] += 1
            continue
        text = " ".join(str(cell).split())
        if text in seen:
            skipped["doubled"] += 1
        else:
            seen.add(text)
            yield BankCaption(text, 0)
