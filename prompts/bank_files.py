"""Captions out of the user's files: plain text, CSV, TSV, JSON Lines and JSON, recognised by what is in them.

The published layouts are among them: AudioCaps (`audiocap_id,youtube_id,start_time,caption`), Clotho (`caption_1` to `caption_5`)
and WavCaps (`{"data": [{"caption": ...}]}`). Files are streamed. Parquet, which is no text, is read by pipeline/banks.py.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

_HEAD_CHARACTERS = 1 << 16
_NUMBERED = re.compile(r"captions?_?\d+")
_COLUMN_NAME = re.compile(r"[\w.\-]+( [\w.\-]+)?")
_BETWEEN_ITEMS = re.compile(r"[\s,]*")
_NAMES = ("caption", "captions", "text")
"""Columns that hold captions, the first that is there; `caption_1` and so on go before `text`."""

csv.field_size_limit(1 << 24)


def captions_of_file(path: Path, column: str | None = None) -> Iterator[object]:
    """Yield what stands where captions stand, row by row and unchecked: "" or None where a row has none.

    Args:
        path: the file, UTF-8.
        column: the column with captions; None finds it.

    Raises:
        ValueError: it is no text, or its form is broken, or no column can be told to hold captions.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            head = handle.read(_HEAD_CHARACTERS)
            handle.seek(0)
            if "\0" in head:
                raise ValueError(f"{path}: not text: give text, CSV, TSV, JSON, JSON Lines or Parquet")
            yield from _of_text(path, handle, head, column)
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    except (csv.Error, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: broken off or malformed: {error}") from error


def columns_with_captions(found: Iterable[str], column: str | None, where: str) -> tuple[str, ...]:
    """Return the columns that hold captions.

    Args:
        found: names of the columns.
        column: the one that the user named.
        where: for messages.

    Returns:
        One name, or several as in Clotho.

    Raises:
        ValueError: the named one is not there, or none can be told.
    """
    names = [name for name in found if name]
    lower = {name.strip().lower(): name for name in reversed(names)}
    if column is not None:
        if column in names or column.lower() in lower:
            return (column if column in names else lower[column.lower()],)
        raise ValueError(
            f"{where}: no column {column}; found {', '.join(names) or 'none'}: name one by --caption-column"
        )
    if "caption" in lower:
        return (lower["caption"],)
    if numbered := [name for name in names if _NUMBERED.fullmatch(name.strip().lower())]:
        return tuple(numbered)
    for name in _NAMES:
        if name in lower:
            return (lower[name],)
    metadata = "; it looks like the metadata of Clotho, whose captions lie in clotho_captions_*.csv"
    hint = metadata if {"file_name", "keywords"} <= set(lower) else ""
    raise ValueError(
        f"{where}: no column holds captions; found {', '.join(names)}{hint}: name the right one by --caption-column"
    )


def cells_of_row(row: Mapping[Any, object], columns: tuple[str, ...]) -> Iterator[object]:
    """Yield the captions of a row; one whose cells are more than its header has stands for nothing and yields None.

    Args:
        row: column to cell.
        columns: those that hold captions.
    """
    for column in columns:
        cell = None if None in row else row.get(column)
        if isinstance(cell, (list, tuple)):
            yield from cell
        else:
            yield cell


def _of_text(path: Path, handle: IO[str], head: str, column: str | None) -> Iterator[object]:
    begin = head.lstrip()[:1]
    first = next((line for line in head.splitlines() if line.strip()), "")
    if begin == "{" and _is_json(first) and len(head.strip().splitlines()) > 1:
        yield from _of_json_lines(path, handle, column)
    elif begin in ("{", "["):
        yield from _of_objects(path, json_items(handle, path), column)
    elif delimiter := _delimiter(first, head, column):
        rows = csv.DictReader(handle, delimiter=delimiter)
        columns = columns_with_captions(rows.fieldnames or (), column, str(path))
        for row in rows:
            yield from cells_of_row(row, columns)
    elif column is not None:
        columns_with_captions([first.strip()], column, str(path))
    else:
        yield from (line for line in handle if not line.startswith("#"))


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return False


def _of_json_lines(path: Path, handle: IO[str], column: str | None) -> Iterator[object]:
    yield from _of_objects(path, (json.loads(line) for line in handle if line.strip()), column)


def _of_objects(path: Path, items: Iterable[object], column: str | None) -> Iterator[object]:
    columns: tuple[str, ...] = ()
    for item in items:
        if isinstance(item, dict):
            columns = columns or columns_with_captions(item, column, str(path))
            yield from cells_of_row(item, columns)
        else:
            yield item


def _delimiter(first: str, head: str, column: str | None) -> str:
    """Return what separates the columns of a table; "" where the text is no table but lines.

    A table is told by its header: a column that is known or named by the user, or nothing but names, over rows of as many cells.
    """
    for delimiter in ("\t", ","):
        names = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
        lower = {name.lower() for name in names}
        known = {*_NAMES, (column or "caption").lower()}
        if lower & known or any(map(_NUMBERED.fullmatch, lower)):
            return delimiter
        rows = list(csv.reader(head.splitlines()[:5], delimiter=delimiter))
        if len(names) > 1 and all(map(_COLUMN_NAME.fullmatch, names)) and {len(row) for row in rows} == {len(names)}:
            return delimiter
    return ""


def json_items(handle: IO[str], path: Path) -> Iterator[object]:
    """Yield the items of a JSON array, or of the array `data` of a JSON object, one by one.

    Args:
        handle: the text.
        path: for messages.

    Raises:
        ValueError: there is no such array, or the text ends within it.
    """
    decoder, text = json.JSONDecoder(), handle.read(_HEAD_CHARACTERS)
    if text.lstrip()[:1] == "{":
        opening = re.search(r'"data"\s*:\s*\[', text)
        if opening is None:
            if _is_json(text):
                yield json.loads(text)
                return
            raise ValueError(f'{path}: a JSON object without a list "data": as WavCaps has it, or one object a line')
        text = text[opening.end() :]
    else:
        text = text.lstrip()[1:]
    place = 0
    while True:
        gap = _BETWEEN_ITEMS.match(text, place)
        place = gap.end() if gap else place
        if text.startswith("]", place):
            return
        item, end = _decoded(decoder, text, place)
        if end == len(text) or end < 0:  # cut off by the block, or a number that may go on behind it
            more = handle.read(max(_HEAD_CHARACTERS, len(text) - place))
            if not more:
                raise ValueError(f"{path}: broken off or malformed within its list, near {text[place : place + 40]!r}")
            text, place = text[place:] + more, 0
        else:
            yield item
            place = end


def _decoded(decoder: json.JSONDecoder, text: str, place: int) -> tuple[object, int]:
    """Return the JSON value at a place and where it ends; -1 where it does not end in this text."""
    try:
        return decoder.raw_decode(text, place)
    except json.JSONDecodeError:
        return None, -1
