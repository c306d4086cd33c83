"""A part of a file as a file."""

import io
import os
from typing import BinaryIO


class Slice(io.RawIOBase):
    """A read-only part of a file, which it owns.

    Args:
        handle: the whole file, seekable.
        start: where the part begins, in bytes.
        size: its length in bytes.
    """

    def __init__(self, handle: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._handle, self._start, self._size, self._position = handle, start, size, 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte of the part and return which.

        Args:
            offset: where to.
            whence: from where.
        """
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """Return the byte of the part that is read next."""
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer and return how many bytes there were.

        Args:
            buffer: what is filled.
        """
        count = max(0, min(len(buffer), self._size - self._position))
        self._handle.seek(self._start + self._position)
        data = self._handle.read(count)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        """Close the whole file."""
        self._handle.close()
        super().close()
