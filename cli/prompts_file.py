"""Prompts out of a file: one a line, or a CSV or TSV with a column `prompt`."""

import csv
from pathlib import Path

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_COLUMN = "prompt"


def read_prompts(path: Path) -> list[str]:
    """Read the prompts of a file; empty ones are passed over.

    Args:
        path: UTF-8; a table by its ending .csv or .tsv, anything else has one prompt a line.

    Returns:
        The prompts, each in one line.

    Raises:
        ValueError: there are none, the table has no such column, or it is no text.
    """
    delimiter = _DELIMITERS.get(path.suffix.lower())
    try:
        with path.open(encoding="utf-8-sig", newline="" if delimiter else None) as handle:
            rows = (
                list(handle) if delimiter is None else _cells(handle.read().splitlines(keepends=True), delimiter, path)
            )
    except UnicodeDecodeError as error:
        raise ValueError(f"--prompts {path}: not UTF-8 text ({error.reason} at byte {error.start})") from error
    except csv.Error as error:
        raise ValueError(f"--prompts {path}: no {path.suffix} file: {error}") from error
    if any("\0" in row for row in rows):
        raise ValueError(f"--prompts {path}: not text; give one prompt a line, or a CSV with a column {_COLUMN}")
    prompts = [" ".join(row.split()) for row in rows if row.strip()]
    if not prompts:
        raise ValueError(f"--prompts {path}: holds no prompt; give one a line, or a CSV with a column {_COLUMN}")
    return prompts


def _cells(lines: list[str], delimiter: str, path: Path) -> list[str]:
    """Return the cells of the column.

    Raises:
        ValueError: there is no such column.
    """
    table = csv.DictReader(lines, delimiter=delimiter)
    names = [name.strip() for name in table.fieldnames or ()]
    column = next((name for name in table.fieldnames or () if name.strip().lower() == _COLUMN), None)
    if column is None:
        raise ValueError(f"--prompts {path}: no column {_COLUMN}; found {', '.join(names) or 'none'}")
    return [row[column] or "" for row in table]
