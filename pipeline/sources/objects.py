"""The bytes of an object: what is small in one request, the rest in blocks."""

import io
import os
from typing import Any, BinaryIO, cast

from mkaudio.pipeline.sources.slices import Slice
from mkaudio.shards.stores import os_errors, store_of

WHOLE_BYTES = 32 << 20
"""Up to this a sound is fetched in one request and held in memory."""
BLOCK_BYTES = 4 << 20
"""At some 30 ms a request and 100 MB/s a connection, waiting and fetching cost the same at about 3 MB."""
_BLOCKS_KEPT = 8


def open_object(address: str, start: int, size: int, outer_size: int, whole_bytes: int = WHOLE_BYTES) -> BinaryIO:
    """Open a part of an object; its first bytes are fetched here, where an error can still be told.

    Args:
        address: of the object.
        start: where the part begins.
        size: its length; 0 fetches nothing.
        outer_size: size of the whole object.
        whole_bytes: up to which length it is held in memory.

    Returns:
        A seekable file.

    Raises:
        OSError: the store does not give it.
    """
    if size <= whole_bytes:
        return io.BytesIO(fetch(address, start, size, outer_size))
    with os_errors():
        handle = store_of(address).open(
            address, "rb", block_size=BLOCK_BYTES, cache_type="blockcache", cache_options={"maxblocks": _BLOCKS_KEPT}
        )
        if not handle.seekable():
            raise OSError("the server sends no parts of a file: download it")
        handle.seek(start)
        handle.read(1)
        handle.seek(0)
    blocks = cast(BinaryIO, BlockFile(handle))
    return cast(BinaryIO, Slice(blocks, start, size)) if size < outer_size else blocks


def fetch(address: str, start: int, size: int, outer_size: int) -> bytes:
    """Return a part of an object, in one request.

    Args:
        address: of the object.
        start: where the part begins.
        size: its length; 0 asks for nothing.
        outer_size: size of the whole object.

    Raises:
        OSError: the store does not give it, or gives less.
    """
    if size == 0:
        return b""
    with os_errors():  # with the end stated, as s3fs asks for the size first where it is not
        data = cast(bytes, store_of(address).cat_file(address, start=start, end=start + size))
    if len(data) == outer_size > size:  # a web server that does not know ranges sends everything
        data = data[start : start + size]
    if len(data) != size:
        raise OSError(f"{len(data):,} bytes came, {size:,} were asked for")
    return data


class BlockFile(io.RawIOBase):
    """An object read block by block; what the store's library raises is an `OSError` here.

    Args:
        handle: fsspec's file.
    """

    def __init__(self, handle: Any) -> None:
        super().__init__()
        self._handle = handle

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a byte and return which.

        Args:
            offset: where to.
            whence: from where.
        """
        return int(self._handle.seek(offset, whence))

    def tell(self) -> int:
        """Return the byte that is read next."""
        return int(self._handle.tell())

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer and return how many bytes there were.

        Args:
            buffer: what is filled.
        """
        with os_errors():
            data = self._handle.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Let the blocks go."""
        self._handle.close()
        super().close()
