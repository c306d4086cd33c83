"""A dataset in an object store: a file becomes real by one PUT, a marker on condition that there is none."""

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

from mkaudio.shards.steps import reached
from mkaudio.shards.storage import FileState
from mkaudio.shards.stores import mtime_ns_of, one_line, os_errors, size_of, store_of


class ObjectStorage:
    """An object store behind fsspec. Credentials come from where its package looks.

    Args:
        address: such as `s3://bucket/folder`.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectStorage) and other.address == self.address

    def __hash__(self) -> int:
        return hash(self._address)

    def __getstate__(self) -> dict[str, str]:
        return {"_address": self._address}

    @property
    def address(self) -> str:
        """Its address."""
        return self._address

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        store = store_of(self._address)
        return store, str(store._strip_protocol(self._address)).rstrip("/")

    @contextmanager
    def _reaching(self, name: str = "") -> Iterator[tuple[Any, str]]:
        """Give the store and a path in it; what goes wrong names the address.

        Yields:
            fsspec's file system, and the path of the name.

        Raises:
            OSError: the store cannot be reached, or refuses; a `FileNotFoundError` where it has no such object.
        """
        store, root = self._opened
        try:
            with os_errors():
                yield store, f"{root}/{name}" if name else root
        except OSError as error:  # FileNotFoundError and FileExistsError follow from the number
            number = {FileNotFoundError: errno.ENOENT, FileExistsError: errno.EEXIST}.get(type(error), error.errno)
            raise OSError(number or errno.EIO, one_line(error), f"{self._address}/{name}".rstrip("/")) from error

    def state(self, name: str) -> FileState | None:
        """Return size and time of an object; None where there is none."""
        try:
            with self._reaching(name) as (store, path):
                info = store.info(path)
        except FileNotFoundError:
            return None
        return FileState(size_of(info) or 0, mtime_ns_of(info)) if info["type"] == "file" else None

    def names(self, folder: str = "") -> list[str]:
        """Return every object below a folder, sorted."""
        try:
            with self._reaching(folder) as (store, path):
                found = store.find(path)
        except FileNotFoundError:
            return []
        return sorted(path[len(self._opened[1]) + 1 :] for path in found)

    def entries(self) -> list[str]:
        """Return what lies below the address, sorted."""
        try:
            with self._reaching() as (store, path):
                found = store.ls(path, detail=False)
        except FileNotFoundError:
            return []
        return sorted(path.rstrip("/").rpartition("/")[2] for path in found)

    def open(self, name: str) -> BinaryIO:
        """Open an object for reading."""
        with self._reaching(name) as (store, path):
            return cast(BinaryIO, store.open(path, "rb"))

    def publish(self, staged: Path, name: str) -> None:
        """Upload a finished file; an object store shows it when it is whole."""
        reached("synced", name)
        with self._reaching(name) as (store, path):
            store.put_file(str(staged), path)
        reached("named", name)

    def publish_bytes(self, data: bytes, name: str) -> None:
        """Put a small object."""
        reached("synced", name)
        with self._reaching(name) as (store, path):
            store.pipe_file(path, data)
        reached("named", name)

    def create_bytes(self, data: bytes, name: str) -> None:
        """Put an object on condition that there is none of that name, or one of the same content.

        Raises:
            FileExistsError: it has other content: two runs of different kind write this dataset.
        """
        reached("synced", name)
        try:
            with self._reaching(name) as (store, path):
                store.pipe_file(path, data, mode="create")
        except FileExistsError as error:
            with self.open(name) as handle:
                if handle.read() != data:
                    raise FileExistsError(
                        f"{self._address}/{name} is there already with another content: does a second run write here?"
                    ) from error
        reached("named", name)

    def remove(self, name: str) -> bool:
        """Remove an object; return whether there was one."""
        if self.state(name) is None:
            return False
        with self._reaching(name) as (store, path):
            store.rm_file(path)
        return True

    @contextmanager
    def staging(self, name: str) -> Iterator[Path]:
        """Make an empty folder among this machine's temporary ones.

        Yields:
            The folder.
        """
        with tempfile.TemporaryDirectory(prefix=f"mkaudio-{name}-") as folder:
            yield Path(folder)

    def arrow(self) -> tuple[Any, str]:
        """Return pyarrow's file system, and the prefix of names in it."""
        from pyarrow.fs import FSSpecHandler, PyFileSystem

        return PyFileSystem(FSSpecHandler(self._opened[0])), self._opened[1]
