"""Where a dataset lies: a folder of this machine, or an object store behind fsspec. The few calls that commit needs.

Names are relative, with slashes. Whatever becomes real under a name becomes so whole or not at all: by fsync and rename
in a folder, by one PUT in an object store.
"""

import errno
import os
import stat
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from mkaudio.shards.disk import naming
from mkaudio.shards.naming import TEMPORARY_FOLDER
from mkaudio.shards.staging import fresh_folder, remove_folder
from mkaudio.shards.steps import reached
from mkaudio.shards.stores import mtime_ns_of, one_line, os_errors, size_of, store_of

_STAGING = f"{TEMPORARY_FOLDER}/staging"


@dataclass(frozen=True, slots=True)
class FileState:
    """Size of a file, and when it became real."""

    size_bytes: int
    mtime_ns: int


class Storage(Protocol):
    """A dataset's files by name. Small, picklable, hashable by its address: workers on other machines open it anew."""

    def __hash__(self) -> int: ...

    @property
    def address(self) -> str:
        """What a person calls it."""
        ...

    def state(self, name: str) -> FileState | None:
        """Return size and time of a file; None where there is none."""
        ...

    def names(self, folder: str = "") -> list[str]:
        """Return every file below a folder, sorted."""
        ...

    def entries(self) -> list[str]:
        """Return the first parts of all names, sorted."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading, seekable; a missing one is a `FileNotFoundError`."""
        ...

    def publish(self, staged: Path, name: str) -> None:
        """Make a finished file of `staging` real, in the place of what had the name."""
        ...

    def publish_bytes(self, data: bytes, name: str) -> None:
        """Make a small file real, in the place of what had the name."""
        ...

    def create_bytes(self, data: bytes, name: str) -> None:
        """Make a file real, unless one of other content has the name: then it is a `FileExistsError`."""
        ...

    def remove(self, name: str) -> bool:
        """Remove a file durably; return whether there was one."""
        ...

    def staging(self, name: str) -> AbstractContextManager[Path]:
        """Make an empty folder of this machine for unfinished files; it is gone in the end."""
        ...

    def arrow(self) -> tuple[Any, str]:
        """Return pyarrow's file system, and the prefix of names in it."""
        ...


def open_storage(address: "str | Path | Storage") -> Storage:
    """Return the storage at an address; nothing is looked at yet.

    Args:
        address: a folder, or what fsspec takes (`s3://bucket/folder`); a storage is returned as it is.
    """
    if not isinstance(address, str | Path):
        return address
    if isinstance(address, str) and address.startswith("file://"):
        return LocalStorage(Path(address.removeprefix("file://")))
    if isinstance(address, str) and "://" in address:
        return ObjectStorage(address)
    return LocalStorage(Path(address))


class LocalStorage:
    """A folder.

    Args:
        root: the folder; it need not be there yet. A relative one is fixed here: workers have other working directories.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._address = str(root)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LocalStorage) and other.root == self.root

    def __hash__(self) -> int:
        return hash(self.root)

    @property
    def address(self) -> str:
        """The folder, as the user named it."""
        return self._address

    def state(self, name: str) -> FileState | None:
        """Return size and time of a file; None where there is none."""
        try:
            found = (self.root / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return FileState(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None

    def names(self, folder: str = "") -> list[str]:
        """Return every file below a folder, sorted."""
        below = (self.root / folder).rglob("*")
        return sorted(path.relative_to(self.root).as_posix() for path in below if not path.is_dir())

    def entries(self) -> list[str]:
        """Return what lies in the folder, sorted."""
        return sorted(path.name for path in self.root.iterdir()) if self.root.is_dir() else []

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        return (self.root / name).open("rb")

    def publish(self, staged: Path, name: str) -> None:
        """Make a finished file real: fsync, rename, fsync of the folder."""
        sync_file(staged)
        reached("synced", name)
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.replace(target)
        reached("renamed", name)
        sync_folder(target.parent)
        reached("named", name)

    def publish_bytes(self, data: bytes, name: str) -> None:
        """Make a small file real."""
        temporary = self.root / _STAGING / f"{Path(name).name}-{uuid.uuid4().hex[:12]}"
        temporary.parent.mkdir(parents=True, exist_ok=True)
        try:
            with naming(temporary):
                temporary.write_bytes(data)
            self.publish(temporary, name)
        finally:
            if temporary.exists():
                temporary.unlink()

    def create_bytes(self, data: bytes, name: str) -> None:
        """Make a small file real; here the dataset's lock keeps others away, and what is there is ours to replace."""
        self.publish_bytes(data, name)

    def remove(self, name: str) -> bool:
        """Remove a file durably; return whether there was one."""
        path = self.root / name
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        sync_folder(path.parent)
        return True

    @contextmanager
    def staging(self, name: str) -> Iterator[Path]:
        """Make an empty folder on the dataset's own file system, so that a rename can make its files real.

        Its name is of one attempt only: a worker of a killed run may still be writing to another.

        Yields:
            The folder.
        """
        folder = fresh_folder(self.root / _STAGING / f"{name}-{uuid.uuid4().hex[:12]}")
        try:
            yield folder
        finally:
            remove_folder(folder)

    def clear_staging(self) -> None:
        """Remove what killed runs left in folders of unfinished files."""
        remove_folder(self.root / _STAGING)

    def arrow(self) -> tuple[Any, str]:
        """Return pyarrow's file system, and the prefix of names in it."""
        import pyarrow.fs

        return pyarrow.fs.LocalFileSystem(), str(self.root)


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


def sync_file(path: Path) -> None:
    """Make a file's bytes durable.

    Args:
        path: the finished file.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        with naming(path):
            os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable.

    Args:
        folder: an existing folder.
    """
    sync_file(folder)
