"""A list of sounds: CSV, TSV, JSON Lines or Parquet with a path column; its other columns say what the sounds are."""

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from mkaudio.pipeline.sources.address import Address, is_address
from mkaudio.pipeline.sources.cells import relative_to, where, why_nowhere
from mkaudio.pipeline.sources.columns import resolve_columns
from mkaudio.pipeline.sources.escape import escape_path, unescape_path
from mkaudio.pipeline.sources.notes import Notes, notes_of_row, text_of
from mkaudio.pipeline.sources.place import Look
from mkaudio.pipeline.sources.places import bytes_of, place_of
from mkaudio.pipeline.sources.source import Input, Source, root_name_of
from mkaudio.shards.reasons import Reason, Refusal

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_BATCH_ROWS = 4096
_LOOKS_AT_ONCE = 32
"""A store answers in some 30 ms, however many ask: one after the other, 100,000 rows would take an hour."""
_LOOKS_IN_MEMORY = 4096


class ListSource(Source):
    """The sounds that a list names. Paths are relative to the list's own folder; rows of the same path are one sound.

    A cell may be an address in a store. One on the web counts only in a list that lies on the web: nobody's server is
    asked for thousands of files by a list on disk.

    Args:
        path: the list.
        root_name: name of its folder in the dataset; the folder's own where None.
        columns: field → column, where the user says so.
    """

    def __init__(
        self, path: Path | Address, root_name: str | None = None, columns: Mapping[str, str] | None = None
    ) -> None:
        self.root: Path | Address = path.parent
        self.root_name = root_name or root_name_of(path.parent)
        self.identity = ""
        self.ignored: Counter[str] = Counter()
        self._path, self._columns = path, dict(columns or {})

    def inputs(self) -> Iterator[Input]:
        """Yield every sound of the list once, in the byte order of its path; rows that point nowhere too."""
        self.ignored.clear()
        notes: dict[bytes, Notes] = {}
        nowhere: dict[bytes, Refusal] = {}
        columns = self._resolve(column_names(self._path))
        for number, row in read_rows(self._path):
            cell = text_of(row.get(columns["path"][0]))
            whole = str(row.get(columns["path"][0]) or "")
            relative = relative_to(self.root, whole) if cell else f"(row {number})".encode()
            if not cell:
                nowhere[relative] = Refusal(Reason.MISSING, f"row {number} of {self._path.name} has no path")
            elif why := why_nowhere(self.root, whole):
                nowhere[relative] = Refusal(Reason.MISSING, why)
            found = notes_of_row(row, columns)
            notes[relative] = notes[relative].merged(found) if relative in notes else found
        names = sorted(notes)
        for relative, (size, mtime_ns, refusal) in zip(names, self._looks(names, nowhere), strict=True):
            item = Input(escape_path(relative), "file", size, mtime_ns, refusal=nowhere.get(relative, refusal))
            yield item.with_notes(notes[relative])

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of a sound.

        Args:
            item: what `inputs` yielded.

        Returns:
            A seekable binary file.
        """
        place, path = where(self.root, unescape_path(item.path))
        return place.open_as_listed(path, item)

    def _looks(self, names: list[bytes], nowhere: Mapping[bytes, Refusal]) -> Iterator[Look]:
        """Yield what each name leads to; stores are asked many at once."""

        def look(name: bytes) -> Look:
            place, path = where(self.root, name)
            return (0, 0, nowhere[name]) if name in nowhere else place.look_at(path)

        if not isinstance(self.root, Address) and not any(is_address(os.fsdecode(name)) for name in names):
            yield from map(look, names)
            return
        with ThreadPoolExecutor(_LOOKS_AT_ONCE) as pool:
            for begin in range(0, len(names), _LOOKS_IN_MEMORY):
                yield from pool.map(look, names[begin : begin + _LOOKS_IN_MEMORY])

    def _resolve(self, found: list[str]) -> dict[str, tuple[str, ...]]:
        columns = resolve_columns(found, self._columns)
        if not columns["path"]:
            raise ValueError(
                f"{self._path}: no column holds paths; found {', '.join(found)}. Say which with --column path=NAME"
            )
        return columns


def column_names(path: Path | Address) -> list[str]:
    """Return the columns of a list, those of all lines where each names its own.

    Args:
        path: .csv, .tsv, .jsonl, .ndjson or .parquet; what is not is a `ValueError`.
    """
    ending = path.suffix.lower()
    if ending in _DELIMITERS:
        with _text(path, "surrogateescape", newline="") as handle:
            return next(csv.reader(handle, delimiter=_DELIMITERS[ending]), [])
    if ending == ".parquet":
        with _buffered(path) as handle:
            return list(pq.read_schema(handle).names)
    return list(dict.fromkeys(name for _, row in read_rows(path) for name in row))


def read_rows(path: Path | Address) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield (row number from 1, column → cell) of a list.

    Args:
        path: .csv, .tsv, .jsonl, .ndjson or .parquet.

    Raises:
        ValueError: the file is not what its ending says; the line is named.
    """
    ending = path.suffix.lower()
    try:
        if ending in _DELIMITERS:
            with _text(path, "surrogateescape", newline="") as handle:
                yield from enumerate(csv.DictReader(handle, delimiter=_DELIMITERS[ending]), start=1)
        elif ending == ".parquet":
            with _buffered(path) as handle:
                batches = pq.ParquetFile(handle).iter_batches(_BATCH_ROWS)
                yield from enumerate((row for batch in batches for row in batch.to_pylist()), start=1)
        else:
            with _text(path, "strict") as handle:
                yield from _json_lines(path, handle)
    except (csv.Error, UnicodeDecodeError, OSError, pa.ArrowException) as error:
        raise ValueError(f"{path}: cannot be read as a list: {error}") from error


def _buffered(path: Path | Address) -> io.BufferedReader:
    return io.BufferedReader(cast(io.RawIOBase, place_of(path).open(bytes_of(path))))


def _text(path: Path | Address, errors: str, newline: str | None = None) -> io.TextIOWrapper:
    return io.TextIOWrapper(_buffered(path), "utf-8-sig", errors, newline)


def _json_lines(path: Path | Address, lines: Iterator[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path}, line {number}: not JSON: {error.msg}") from error
        if not isinstance(row, dict):
            raise ValueError(f"{path}, line {number}: a {type(row).__name__}; each line is an object with a path")
        yield number, row
