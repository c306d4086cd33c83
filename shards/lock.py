"""One writer at a time: a lock in a dataset's folder. An object store has none; its markers are put on condition."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mkaudio.shards.local_storage import LocalStorage
from mkaudio.shards.naming import TEMPORARY_FOLDER
from mkaudio.shards.storage import Storage

LOCK = "lock"
_PATIENCE_S = 5.0
"""A worker whose parent was killed ends within a second and lets go of the lock."""


@contextmanager
def locked(storage: Storage) -> Iterator[tuple[int, ...]]:
    """Hold a dataset's lock, which child processes inherit: it is free when the last of them is gone.

    Args:
        storage: of the dataset.

    Yields:
        The file descriptors that a child must inherit; none where there is no lock.

    Raises:
        ValueError: another process writes this dataset.
    """
    if not isinstance(storage, LocalStorage):
        yield ()
        return
    folder = storage.root / TEMPORARY_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        patience = time.monotonic() + _PATIENCE_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > patience:
                    raise ValueError(
                        f"{storage.address}: another mkaudio is writing this dataset; wait for it, or end it"
                    ) from error
                time.sleep(0.2)
        yield (handle,)
    finally:
        os.close(handle)
