"""The vectors of a caption bank: made once, kept in the user's cache, mapped into the memory of every worker.

The file of a bank is an array as numpy writes it (.npy), then the 32 bytes of its sha256. Its name is a hash of the captions and
of what read them, so another bank, scorer, device or library has another file. What is cut off, changed or not whole is made
again. N captions, D dimensions.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from mkaudio.pipeline.alone import alone
from mkaudio.pipeline.experts.expert import Scorer

_AT_ONCE = 128
"""Captions read between two reports and two writes."""
_DIGEST_BYTES = 32
_BLOCK_BYTES = 1 << 20


def kept_file(folder: Path, texts: Sequence[str], scorer: str, dimensions: int) -> Path:
    """Return where the vectors of a bank lie or would lie.

    Args:
        folder: of the cache.
        texts: N captions.
        scorer: all that decides the bits of a vector: checkpoint, device, dtype, libraries.
        dimensions: D.
    """
    digest = hashlib.sha256(f"{scorer} {dimensions} {len(texts)}".encode())
    for text in texts:
        digest.update(b"\0" + text.encode())
    return folder / f"{digest.hexdigest()[:32]}.npy"


def is_kept(path: Path, shape: tuple[int, int]) -> bool:
    """Say whether a file of vectors is there and whole: its form, and its bytes against the sha256 at its end.

    Args:
        path: as `kept_file` returned it.
        shape: (N, D).
    """
    return _mapped(path, shape) is not None


def keep_vectors(
    texts: Sequence[str], scorer: Scorer, path: Path, report: Callable[[int], None] = lambda _: None
) -> NDArray[np.float32]:
    """Return the vectors of a bank from its file, which is made where it is not there and whole.

    Safe in several processes at once: one makes the file, the others wait for it.

    Args:
        texts: N captions.
        scorer: reads them.
        path: as `kept_file` returned it.
        report: takes the number of captions that were read since the last call.

    Returns:
        Unit rows (N, D), mapped from the file and read-only.

    Raises:
        OSError: the file cannot be written, or not read again.
    """
    shape = (len(texts), scorer.dimensions)
    if (kept := _mapped(path, shape)) is not None:
        return kept
    with alone(path):
        if (kept := _mapped(path, shape)) is None:  # another process may have been at it
            _write(path, shape, _read(texts, scorer, report))
            kept = _mapped(path, shape)
    if kept is None:
        raise OSError(errno.EIO, "what was written is not what is read", str(path))
    return kept


def bank_vectors(texts: Sequence[str], scorer: Scorer, path: Path | None = None) -> NDArray[np.float32]:
    """Return the vectors of a bank: kept ones where that is possible, else made in memory, the same bits.

    Args:
        texts: N captions.
        scorer: reads them.
        path: as `kept_file` returned it; None keeps nothing.

    Returns:
        Unit rows (N, D), read-only.
    """
    if path is not None:
        with suppress(OSError):  # cli/caption_bank.py has said so, where that machine's cache is the one that fails
            return keep_vectors(texts, scorer, path)
    rows = np.empty((len(texts), scorer.dimensions), np.float32)
    begin = 0
    for some in _read(texts, scorer, lambda _: None):
        rows[begin : begin + len(some)] = some
        begin += len(some)
    rows.flags.writeable = False
    return rows


def _read(texts: Sequence[str], scorer: Scorer, report: Callable[[int], None]) -> Iterator[NDArray[np.float32]]:
    for begin in range(0, len(texts), _AT_ONCE):
        some = list(texts[begin : begin + _AT_ONCE])
        yield np.ascontiguousarray(scorer.embed_text(some), dtype=np.float32)
        report(len(some))


def _write(path: Path, shape: tuple[int, int], rows: Iterator[NDArray[np.float32]]) -> None:
    for left in path.parent.glob(f"{path.stem}.*.partial"):  # by a process that was killed: the lock is ours
        left.unlink(missing_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.partial")
    try:
        with temporary.open("w+b") as handle:
            write_array_header_1_0(handle, {"descr": "<f4", "fortran_order": False, "shape": shape})
            for some in rows:
                handle.write(some.astype("<f4").tobytes())
            handle.flush()
            handle.seek(0)
            digest = _digest(handle, os.fstat(handle.fileno()).st_size)
            handle.write(digest)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _mapped(path: Path, shape: tuple[int, int]) -> NDArray[np.float32] | None:
    """Return a whole file as an array that is mapped, not loaded; None where it is not there or not whole."""
    try:
        with path.open("rb") as handle:
            found = _digest(handle, os.fstat(handle.fileno()).st_size - _DIGEST_BYTES)
            if handle.read() != found:
                return None
        rows: NDArray[np.float32] = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return None
    return rows if rows.shape == shape and rows.dtype == np.float32 else None


def _digest(handle: IO[bytes], n_bytes: int) -> bytes:
    """Hash the first bytes of an open file, and leave it behind them."""
    digest, left = hashlib.sha256(), n_bytes
    while left > 0 and (block := handle.read(min(left, _BLOCK_BYTES))):
        digest.update(block)
        left -= len(block)
    return digest.digest()
