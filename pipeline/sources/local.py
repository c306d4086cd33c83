"""This machine's disks as a place of files."""

import io
import os
from pathlib import Path
from typing import BinaryIO, cast

from mkaudio.pipeline.sources.files import look_at, open_as_listed
from mkaudio.pipeline.sources.place import Look
from mkaudio.pipeline.sources.slices import Slice
from mkaudio.pipeline.sources.source import Input


class LocalFolder:
    """A folder on disk.

    Args:
        path: in the file system's own bytes.
    """

    def __init__(self, path: bytes) -> None:
        self.identity: tuple[int, int] | None = None
        self._path, self._before = path, os.path.join(path, b"")

    def entries(self) -> list[tuple[bytes, bool]]:
        """Return (name, whether it is a folder), and learn which folder this is."""
        found = os.stat(self._path)
        with os.scandir(self._path) as listing:
            entries = [(entry.name, _is_folder(entry)) for entry in listing]
        self.identity = (found.st_dev, found.st_ino)
        return entries

    def look_at(self, name: bytes) -> Look:
        """Return size, mtime in ns, and why an entry cannot be a sound file, if so.

        Args:
            name: of the entry.
        """
        return look_at(self._before + name)

    def small_file(self, name: bytes, max_bytes: int) -> bytes | None:
        """Return what is in a file; None where there is none or it is larger.

        Args:
            name: of the file.
            max_bytes: its greatest size.
        """
        path = self._before + name
        if os.path.isfile(path) and os.path.getsize(path) <= max_bytes:
            return Path(os.fsdecode(path)).read_bytes()
        return None


class LocalPlace:
    """Files by the paths of this machine."""

    def look_at(self, path: bytes) -> Look:
        """Return size, mtime in ns, and why the path cannot be a sound file, if so.

        Args:
            path: of the file.
        """
        return look_at(path)

    def folder(self, path: bytes) -> LocalFolder:
        """Return a folder, not yet listed.

        Args:
            path: of the folder.
        """
        return LocalFolder(path)

    def above(self, path: bytes) -> tuple[tuple[int, int], ...]:
        """Return device and inode of the folders that a folder lies in.

        Args:
            path: of the folder.
        """
        found = (parent.stat() for parent in Path(os.fsdecode(path)).resolve().parents)
        return tuple((each.st_dev, each.st_ino) for each in found)

    def open(self, path: bytes) -> BinaryIO:
        """Open a file unbuffered.

        Args:
            path: of the file.
        """
        return cast(BinaryIO, io.FileIO(os.fsdecode(path)))

    def check(self, path: bytes, item: Input) -> None:
        """Refuse what is not as it was listed.

        Args:
            path: of the file.
            item: what was listed.
        """
        open_as_listed(path, item).close()

    def open_as_listed(self, path: bytes, item: Input) -> BinaryIO:
        """Open a sound unbuffered, if it still is what was listed.

        Args:
            path: of the file.
            item: what was listed.

        Returns:
            A raw file, whose descriptor libsndfile can use.
        """
        return open_as_listed(path, item, item.size_bytes)

    def open_part(self, path: bytes, item: Input) -> BinaryIO:
        """Open the part of an archive in which a sound lies, if the archive still is what was listed.

        Args:
            path: of the archive.
            item: the sound.
        """
        return cast(BinaryIO, Slice(open_as_listed(path, item), item.offset, item.size_bytes))


LOCAL = LocalPlace()


def _is_folder(entry: "os.DirEntry[bytes]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
