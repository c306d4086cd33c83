"""A list of sounds: CSV, TSV, JSON Lines or Parquet with a path column; its other columns say what the sounds are."""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mkaudio.pipeline.sources.columns import resolve_columns
from mkaudio.pipeline.sources.escape import escape_path, unescape_path
from mkaudio.pipeline.sources.files import look_at, open_as_listed
from mkaudio.pipeline.sources.notes import Notes, notes_of_row, text_of
from mkaudio.pipeline.sources.source import Input, root_name_of
from mkaudio.shards.reasons import Reason, Refusal

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_BATCH_ROWS = 4096


class ListSource:
    """The sounds that a list names. Paths are relative to the list's own folder; rows of the same path are one sound.

    Args:
        path: the list.
        root_name: name of its folder in the dataset; the folder's own where None.
        columns: field → column, where the user says so.
    """

    def __init__(self, path: Path, root_name: str | None = None, columns: Mapping[str, str] | None = None) -> None:
        self.root = path.parent
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
            relative = self._relative(str(row.get(columns["path"][0]) or "")) if cell else f"(row {number})".encode()
            if not cell:
                nowhere[relative] = Refusal(Reason.MISSING, f"row {number} of {self._path.name} has no path")
            elif "://" in cell:
                nowhere[relative] = Refusal(Reason.MISSING, f"{cell} is an address: download it, and list the file")
            found = notes_of_row(row, columns)
            notes[relative] = notes[relative].merged(found) if relative in notes else found
        for relative in sorted(notes):
            size, mtime_ns, refusal = look_at(os.path.join(os.fsencode(self.root), relative))
            item = Input(escape_path(relative), "file", size, mtime_ns, refusal=nowhere.get(relative, refusal))
            yield item.with_notes(notes[relative])

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of a sound.

        Args:
            item: what `inputs` yielded.

        Returns:
            A seekable binary file.
        """
        return open_as_listed(os.path.join(os.fsencode(self.root), unescape_path(item.path)), item, item.size_bytes)

    def _resolve(self, found: list[str]) -> dict[str, tuple[str, ...]]:
        columns = resolve_columns(found, self._columns)
        if not columns["path"]:
            raise ValueError(
                f"{self._path}: no column holds paths; found {', '.join(found)}. Say which with --column path=NAME"
            )
        return columns

    def _relative(self, cell: str) -> bytes:
        try:
            encoded = os.fsencode(cell)
        except UnicodeEncodeError:  # a lone surrogate, as JSON may hold: no file's name, so that it will be missing
            encoded = cell.encode("utf-8", "surrogatepass")
        path = os.path.join(os.fsencode(self.root.absolute()), encoded)
        return os.path.relpath(path, os.fsencode(self.root.absolute()))


def column_names(path: Path) -> list[str]:
    """Return the columns of a list, those of all lines where each names its own.

    Args:
        path: .csv, .tsv, .jsonl, .ndjson or .parquet; what is not is a `ValueError`.
    """
    ending = path.suffix.lower()
    if ending in _DELIMITERS:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as handle:
            return next(csv.reader(handle, delimiter=_DELIMITERS[ending]), [])
    if ending == ".parquet":
        with path.open("rb") as handle:
            return list(pq.read_schema(handle).names)
    return list(dict.fromkeys(name for _, row in read_rows(path) for name in row))


def read_rows(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield (row number from 1, column → cell) of a list.

    Args:
        path: .csv, .tsv, .jsonl, .ndjson or .parquet.

    Raises:
        ValueError: the file is not what its ending says; the line is named.
    """
    ending = path.suffix.lower()
    try:
        if ending in _DELIMITERS:
            with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as handle:
                yield from enumerate(csv.DictReader(handle, delimiter=_DELIMITERS[ending]), start=1)
        elif ending == ".parquet":
            with path.open("rb") as handle:
                batches = pq.ParquetFile(handle).iter_batches(_BATCH_ROWS)
                yield from enumerate((row for batch in batches for row in batch.to_pylist()), start=1)
        else:
            with path.open(encoding="utf-8-sig") as handle:
                yield from _json_lines(path, handle)
    except (csv.Error, UnicodeDecodeError, OSError, pa.ArrowException) as error:
        raise ValueError(f"{path}: cannot be read as a list: {error}") from error


def _json_lines(path: Path, lines: Iterator[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
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
