"""The few ways in which verify and repair touch the disk: size, hash, table, open, list, remove."""

import errno
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mkaudio.shards.commit import sha256_of
from mkaudio.shards.schema import read_table
from mkaudio.shards.sealed_json import sync_folder
from mkaudio.shards.verify_problem import Remedy

_UNREADABLE_TABLE = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError, MemoryError)
"""What pyarrow was seen to raise for Parquet whose metadata were changed (`tests/shards/test_verify_sealed.py`)."""


def file_size(dataset: Path, name: str) -> int | None:
    """Return the bytes of a file; None where there is none.

    Args:
        dataset: folder of the dataset.
        name: of the file, relative to it.
    """
    path = dataset / name
    return path.stat().st_size if path.is_file() else None


def file_sha256(dataset: Path, name: str) -> str:
    """Return the sha256 of a file.

    Args:
        dataset: folder of the dataset.
        name: of the file, relative to it.
    """
    return sha256_of(dataset / name)


def open_file(dataset: Path, name: str) -> BinaryIO:
    """Open a file for reading.

    Args:
        dataset: folder of the dataset.
        name: of the file, relative to it.
    """
    return (dataset / name).open("rb")


def read_checked(dataset: Path, name: str, schema: pa.Schema | None) -> pa.Table:
    """Read a table of which nothing is believed: page checksums, columns, and every value are checked.

    Args:
        dataset: folder of the dataset.
        name: of the file, relative to it.
        schema: the columns it should have; None where the caller looks at them.

    Raises:
        ValueError: it cannot be read, has other columns, or holds values that its columns cannot hold.
    """
    try:
        with pq.ParquetFile(dataset / name) as file:
            same = schema is None or file.schema_arrow.equals(schema)
        table = read_table(dataset / name) if same else None
        if table is not None:
            table.validate(full=True)
    except _UNREADABLE_TABLE as error:
        raise ValueError(f"cannot be read: {error}") from error
    if table is None or not (schema is None or table.schema.equals(schema)):
        raise ValueError("its columns are not those of the schema")
    return table


def file_names(dataset: Path) -> Iterator[str]:
    """Yield every file under a dataset, sorted; what is no folder counts as a file, so that nothing hides.

    Args:
        dataset: its folder.
    """
    for path in sorted(dataset.rglob("*")):
        if not path.is_dir():
            yield path.relative_to(dataset).as_posix()


def remove_files(dataset: Path, names: Iterable[str]) -> list[str]:
    """Remove files durably, in order.

    Args:
        dataset: folder of the dataset.
        names: of files, relative to it; what is not there is passed over.

    Returns:
        What was removed.
    """
    removed = []
    for name in names:
        path = dataset / name
        if path.is_file() or path.is_symlink():
            path.unlink()
            sync_folder(path.parent)
            removed.append(name)
    return removed


def remedy_of(error: OSError) -> Remedy:
    """Return what puts a failed read right: a disk's damage is redone; a right, a mount or a limit is for a person.

    Args:
        error: what was raised.
    """
    return Remedy.REDO if error.errno in (None, errno.EIO) else Remedy.BY_HAND
