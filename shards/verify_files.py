"""The few ways in which verify and repair touch the disk: size, hash, table, open, list, remove."""

import errno
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mkaudio.shards.commit import sha256_of_stream
from mkaudio.shards.schema import read_stored
from mkaudio.shards.storage import Storage
from mkaudio.shards.verify_problem import Remedy

_UNREADABLE_TABLE = (pa.ArrowException, OSError, ValueError, TypeError, KeyError, OverflowError, MemoryError)
"""What pyarrow was seen to raise for Parquet whose metadata were changed (`tests/shards/test_verify_sealed.py`)."""


def file_size(storage: Storage, name: str) -> int | None:
    """Return the bytes of a file; None where there is none.

    Args:
        storage: of the dataset.
        name: of the file, relative to it.
    """
    state = storage.state(name)
    return None if state is None else state.size_bytes


def file_sha256(storage: Storage, name: str) -> str:
    """Return the sha256 of a file.

    Args:
        storage: of the dataset.
        name: of the file, relative to it.
    """
    with storage.open(name) as handle:
        return sha256_of_stream(handle)


def open_file(storage: Storage, name: str) -> BinaryIO:
    """Open a file for reading.

    Args:
        storage: of the dataset.
        name: of the file, relative to it.
    """
    return storage.open(name)


def read_checked(storage: Storage, name: str, schema: pa.Schema | None) -> pa.Table:
    """Read a table of which nothing is believed: page checksums, columns, and every value are checked.

    Args:
        storage: of the dataset.
        name: of the file, relative to it.
        schema: the columns it should have; None where the caller looks at them.

    Raises:
        ValueError: it cannot be read, has other columns, or holds values that its columns cannot hold.
    """
    try:
        with storage.open(name) as handle, pq.ParquetFile(handle) as file:
            same = schema is None or file.schema_arrow.equals(schema)
        table = read_stored(storage, name) if same else None
        if table is not None:
            table.validate(full=True)
    except _UNREADABLE_TABLE as error:
        raise ValueError(f"cannot be read: {error}") from error
    if table is None or not (schema is None or table.schema.equals(schema)):
        raise ValueError("its columns are not those of the schema")
    return table


def file_names(storage: Storage) -> Iterator[str]:
    """Yield every file under a dataset, sorted; what is no folder counts as a file, so that nothing hides.

    Args:
        storage: of the dataset.
    """
    yield from storage.names()


def remove_files(storage: Storage, names: Iterable[str]) -> list[str]:
    """Remove files durably, in order.

    Args:
        storage: of the dataset.
        names: of files, relative to it; what is not there is passed over.

    Returns:
        What was removed.
    """
    removed = []
    for name in names:
        if storage.remove(name):
            removed.append(name)
    return removed


def remedy_of(error: OSError) -> Remedy:
    """Return what puts a failed read right: a disk's damage is redone; a right, a mount or a limit is for a person.

    Args:
        error: what was raised.
    """
    return Remedy.REDO if error.errno in (None, errno.EIO) else Remedy.BY_HAND
