"""Where a dataset lies, by the few calls that commit needs: a folder (`local_storage.py`) or an object store
(`object_storage.py`).

Names are relative, with slashes. Whatever becomes real under a name becomes so whole or not at all.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol


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
