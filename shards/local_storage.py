"""A dataset in a folder: a file becomes real by fsync, rename and fsync of its folder."""

import os
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from mkaudio.shards.disk import naming
from mkaudio.shards.naming import TEMPORARY_FOLDER
from mkaudio.shards.staging import fresh_folder, remove_folder
from mkaudio.shards.steps import reached
from mkaudio.shards.storage import FileState

_STAGING = f"{TEMPORARY_FOLDER}/staging"


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
