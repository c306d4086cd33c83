"""Whole shards of an object store on this machine's disk, since a stream reads them in no order.

A copy is named by the sha256 that the shard's marker states, so equal shards are kept once and a copy is never an old one.
Processes share the folder: one copies, the others wait; an open copy is locked, and is not removed to make room.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

from mkaudio.pipeline.alone import alone
from mkaudio.pipeline.stream.catalog import Place
from mkaudio.pipeline.stream.sample_error import SampleError
from mkaudio.shards import Storage, naming

_BLOCK_BYTES = 1 << 20
_BYTES_A_GB = 1_000_000_000


class LocalCopies:
    """A folder of copies.

    Args:
        folder: of the copies.
        cache_gb: room for them; the least recently used go first. What is being read stays even beyond it.
    """

    def __init__(self, folder: Path, cache_gb: float) -> None:
        self._folder = folder
        self._room_bytes = round(cache_gb * _BYTES_A_GB)

    def open(self, storage: Storage, name: str, place: Place) -> int:
        """Open the copy of a shard, which is made where there is none.

        Args:
            storage: of the dataset.
            name: of the tar in it.
            place: of the sample that is wanted.

        Returns:
            A file descriptor. As long as it is open, the copy stays.
        """
        path = self._folder / f"{place.tar_sha256}.tar"
        handle = _opened(path, place.tar_size)
        if handle is None:
            with alone(path):
                handle = _opened(path, place.tar_size)  # another process may have been at it
                if handle is None:
                    handle = self._copy(storage, name, place, path)
        with suppress(OSError):  # it says which was used last, no more
            os.utime(handle)
        return handle

    def _copy(self, storage: Storage, name: str, place: Place, path: Path) -> int:
        """Copy a shard, check it and give it its name; return it open and locked.

        Raises:
            SampleError: it is not what its marker states.
        """
        part = path.with_suffix(".partial")
        handle = self._reserved(part, place.tar_size)
        try:
            digest = hashlib.sha256()
            with storage.open(name) as source, open(handle, "r+b", closefd=False) as target, naming(part):
                while block := source.read(_BLOCK_BYTES):
                    digest.update(block)
                    target.write(block)
            if digest.hexdigest() != place.tar_sha256:
                raise SampleError(
                    f"{storage.address}/{name}", place.shard, place.key,
                    "the shard is not what its marker states; mkaudio verify says more",
                )  # fmt: skip
            part.replace(
                path
            )  # before the lock is shared: that is no single step, and who makes room might come between
            fcntl.flock(handle, fcntl.LOCK_SH)
        except BaseException:
            os.close(handle)
            part.unlink(missing_ok=True)
            raise
        return handle

    def _reserved(self, part: Path, size: int) -> int:
        """Make room, and a locked file of a copy's size, so that those who look for room meanwhile count it."""
        with alone(self._folder / "room"):
            part.unlink(missing_ok=True)  # by a process that was killed: the shard's lock is ours
            _make_room(self._folder, self._room_bytes - size)
            handle = os.open(part, os.O_RDWR | os.O_CREAT, 0o644)
            fcntl.flock(handle, fcntl.LOCK_EX)
            with naming(part):
                os.truncate(handle, size)
            return handle


def _opened(path: Path, size: int) -> int | None:
    """Open a copy and lock it against removal; None where there is none, or one of another size."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    fcntl.flock(handle, fcntl.LOCK_SH)
    if os.fstat(handle).st_size == size:
        return handle
    os.close(handle)
    return None


def _make_room(folder: Path, room_bytes: int) -> None:
    """Remove copies that nobody reads, the least recently used first, until the rest fits or no such copy is left."""
    found = []
    for path in folder.iterdir():
        if path.suffix in {".tar", ".partial"}:
            with suppress(FileNotFoundError):
                found.append((path.stat(), path))
    total = sum(state.st_size for state, _ in found)
    for state, path in sorted(found, key=lambda one: (one[0].st_mtime_ns, one[1])):
        if total <= room_bytes:
            return
        if _removed(path):
            total -= state.st_size


def _removed(path: Path) -> bool:
    """Remove a copy unless some process has it open."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
