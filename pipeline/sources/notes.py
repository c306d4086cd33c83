"""What lies beside a sound: labels, captions and credits, read from a table row, a JSON or a text."""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mkaudio.pipeline.sources.columns import SINGLE_FIELDS, is_prose, resolve_columns

LONG_TEXT_CHARACTERS = 300
"""A text beside a sound that is longer than this gives its first line only: about three times a long caption."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Labels in order, each once; the rest as stated, "" where nothing is said."""

    labels: tuple[str, ...] = ()
    language: str = ""
    group: str = ""
    licence: str = ""
    attribution: str = ""
    source_url: str = ""

    def merged(self, other: "Notes") -> "Notes":
        """Return both together: labels of `self` first, then what is new in `other`; the first word said counts.

        Args:
            other: notes of the same sound from another place.
        """
        return Notes(
            tuple(dict.fromkeys(self.labels + other.labels)),
            *(getattr(self, field) or getattr(other, field) for field in SINGLE_FIELDS),
        )


def notes_of_row(row: Mapping[str, object], columns: Mapping[str, tuple[str, ...]]) -> Notes:
    """Return the notes in a row of a list.

    Args:
        row: column → cell.
        columns: field → columns that hold it, from `resolve_columns`.
    """
    labels = (text for name in columns["label"] for text in texts_of(row.get(name), split=not is_prose(name)))
    singles = (next(filter(None, (text_of(row.get(name)) for name in columns[field])), "") for field in SINGLE_FIELDS)
    return Notes(tuple(dict.fromkeys(labels)), *singles)


def notes_of_json(data: bytes) -> Notes:
    """Return the notes in a JSON: an object with the keys of a list's columns, a list of labels, or one label.

    Args:
        data: the JSON, UTF-8.

    Raises:
        ValueError: not JSON, or not UTF-8.
    """
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("JSON nested too deeply; write the labels as a flat list") from error
    if isinstance(value, dict):
        return notes_of_row(value, resolve_columns(value))
    return Notes(tuple(dict.fromkeys(texts_of(value, split=True))))


def notes_of_text(data: bytes) -> Notes:
    """Return a text as one caption: the whole of it, or its first line where it is long.

    Args:
        data: the text, UTF-8; what is not is a `ValueError`.
    """
    text = data.decode("utf-8-sig").strip()
    if len(text) > LONG_TEXT_CHARACTERS:
        text = text.splitlines()[0]
    return Notes(tuple(texts_of(text, split=False)))


def texts_of(value: object, split: bool) -> Iterator[str]:
    """Yield the labels in a cell; numbers are class indices that say nothing, and are left out.

    Args:
        value: a text, a list of texts, or a list written as a text.
        split: whether a text is cut at semicolons.

    >>> list(texts_of('["dog", 3, "cat; kitten"]', split=True))
    ['dog', 'cat', 'kitten']
    """
    if isinstance(value, list | tuple):
        for part in value:
            yield from texts_of(part, split)
    elif isinstance(value, str) and (parts := _list_in(value)) is not None:
        yield from texts_of(parts, split)
    elif isinstance(value, str):
        for part in value.split(";") if split else [value]:
            text = text_of(part)
            if text and not _is_number(text):
                yield text


def text_of(value: object) -> str:
    r"""Return a cell as one line of valid Unicode; "" for what is no text.

    >>> text_of(" field\n recording ")
    'field recording'
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    return " ".join(str(value).encode("utf-8", "replace").decode().split())


def _list_in(text: str) -> list[object] | None:
    if not text.lstrip().startswith("["):
        return None
    for parse in (json.loads, ast.literal_eval):  # JSON, or what pandas writes for a Python list
        try:
            value = parse(text.strip())
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(value, list):
            return value
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
