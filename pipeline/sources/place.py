"""Where files lie, this machine's disks or an object store: what folders, tars, lists and Parquet need of either.

A path is bytes: of the file system, or an address in UTF-8. A place keeps nothing, so that it travels to workers.
"""

from typing import BinaryIO, Protocol

from mkaudio.pipeline.sources.source import Input
from mkaudio.shards.reasons import Refusal

Look = tuple[int, int, Refusal | None]
"""Size, mtime in ns, and why it cannot be a sound file, if so."""


class Folder(Protocol):
    """One folder while it is walked."""

    @property
    def identity(self) -> tuple[int, int] | None:
        """What the folder is by whatever way it was reached; None where there are no links."""
        ...

    def entries(self) -> list[tuple[bytes, bool]]:
        """Return (name, whether it is a folder), in any order; a name of "" is a part of a key that is empty.

        Raises:
            OSError: it cannot be listed.
        """
        ...

    def look_at(self, name: bytes) -> Look:
        """Return what is known of an entry, from the listing where there was one.

        Args:
            name: of the entry.
        """
        ...

    def small_file(self, name: bytes, max_bytes: int) -> bytes | None:
        """Return what is in a file; None where there is none or it is larger.

        Args:
            name: of the file.
            max_bytes: its greatest size.

        Raises:
            OSError: it cannot be read.
        """
        ...


class Place(Protocol):
    """Where files lie."""

    def look_at(self, path: bytes) -> Look:
        """Return size, mtime in ns, and why the path cannot be a sound file, if so.

        Args:
            path: of the file.
        """
        ...

    def folder(self, path: bytes) -> Folder:
        """Return a folder, not yet listed.

        Args:
            path: of the folder.
        """
        ...

    def above(self, path: bytes) -> tuple[tuple[int, int], ...]:
        """Return the identities of the folders that a folder lies in.

        Args:
            path: of the folder.
        """
        ...

    def open(self, path: bytes) -> BinaryIO:
        """Open a file that is looked into here and there, as an archive, or read in order, as a list.

        Args:
            path: of the file.

        Returns:
            A raw file; a read may give less than was asked for.

        Raises:
            OSError: it cannot be opened.
        """
        ...

    def check(self, path: bytes, item: Input) -> None:
        """Refuse what is not as it was listed.

        Args:
            path: of the file.
            item: what was listed; its size is that of the sound, so that the file's time alone counts.

        Raises:
            Refusal: what the listing said; VANISHED, CHANGED or UNREADABLE.
        """
        ...

    def open_as_listed(self, path: bytes, item: Input) -> BinaryIO:
        """Open a sound, if it still is what was listed.

        Args:
            path: of the file.
            item: what was listed.

        Returns:
            A seekable raw file.

        Raises:
            Refusal: what the listing said; VANISHED, CHANGED or UNREADABLE.
        """
        ...

    def open_part(self, path: bytes, item: Input) -> BinaryIO:
        """Open the part of an archive in which a sound lies, if the archive still is what was listed.

        Args:
            path: of the archive.
            item: the sound, with its offset and size.

        Returns:
            A seekable raw file.

        Raises:
            Refusal: what the listing said; VANISHED, CHANGED or UNREADABLE.
        """
        ...
