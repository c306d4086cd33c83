"""Files on disk: what a path leads to, and opening it as it was listed."""

import errno
import io
import os
import stat
from typing import BinaryIO, cast

from mkaudio.pipeline.sources.source import Input
from mkaudio.shards.reasons import Reason, Refusal

SOUND_EXTENSIONS = frozenset([
    ".wav",
    ".wave",
    ".rf64",
    ".w64",
    ".flac",
    ".mp3",
    ".ogg",
    ".oga",
    ".opus",
    ".aif",
    ".aiff",
    ".aifc",
    ".au",
    ".caf",
    ".m4a",
    ".m4b",
    ".aac",
    ".mp4",
    ".mov",
    ".webm",
    ".weba",
    ".avi",
    ".mkv",
    ".mka",
    ".wma",
])
"""Endings by which a folder's files are taken for sound; what they really are, the probe says."""


def extension_of(name: bytes) -> str:
    """Return a name's ending in lower case, with its dot; "" where there is none.

    Args:
        name: of a file.

    >>> extension_of(b"Take 1.WAV")
    '.wav'
    """
    return os.path.splitext(name)[1].lower().decode("ascii", "replace")


def is_sound_name(name: bytes) -> bool:
    """Say whether a file is taken for sound.

    Args:
        name: of the file.
    """
    return extension_of(name) in SOUND_EXTENSIONS


def look_at(path: bytes) -> tuple[int, int, Refusal | None]:
    """Return size, mtime in ns, and why the path cannot be a sound file, if so. Never waits on a pipe.

    Args:
        path: in the file system's own bytes.
    """
    try:
        found = os.stat(path)
    except OSError as error:
        return 0, 0, _refusal_of(error, path)
    except ValueError:
        return 0, 0, Refusal(Reason.UNSAFE_NAME, "its name holds a NUL byte, which no file's can")
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe, socket or device"
        return 0, found.st_mtime_ns, Refusal(Reason.NOT_A_FILE, f"it is {kind}, not a file")
    if not os.access(path, os.R_OK):
        return found.st_size, found.st_mtime_ns, Refusal(Reason.UNREADABLE, "no permission to read it")
    return found.st_size, found.st_mtime_ns, None


def open_as_listed(path: bytes, item: Input, outer_size_bytes: int | None = None) -> BinaryIO:
    """Open a file unbuffered, if it still is what was listed.

    Args:
        path: in the file system's own bytes.
        item: what was listed.
        outer_size_bytes: size that the file must have; None where only its time is known, as of an archive.

    Returns:
        A raw file, whose descriptor libsndfile can use. What has become a pipe is not waited for.

    Raises:
        Refusal: what the listing said; VANISHED, CHANGED or UNREADABLE.
    """
    if item.refusal:
        raise item.refusal
    try:
        handle = io.FileIO(path, opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))
    except FileNotFoundError as error:
        raise Refusal(Reason.VANISHED, "it was there when it was listed and is gone") from error
    except OSError as error:
        raise Refusal(Reason.UNREADABLE, f"cannot be opened: {error.strerror}") from error
    found = os.fstat(handle.fileno())
    same_size = outer_size_bytes is None or found.st_size == outer_size_bytes
    if not stat.S_ISREG(found.st_mode) or not same_size or found.st_mtime_ns != item.mtime_ns:
        handle.close()
        raise Refusal(Reason.CHANGED, "its size or time is not what it was when it was listed; distil it anew")
    return cast(BinaryIO, handle)


def _refusal_of(error: OSError, path: bytes) -> Refusal:
    if isinstance(error, PermissionError):
        return Refusal(Reason.UNREADABLE, "no permission to look at it")
    if error.errno == errno.ELOOP:
        return Refusal(Reason.SYMLINK_LOOP, "the link leads back to itself")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        if os.path.islink(path):
            return Refusal(Reason.BROKEN_SYMLINK, f"it links to {os.fsdecode(os.readlink(path))!r}, which is not there")
        return Refusal(Reason.MISSING, "there is no such file")
    return Refusal(Reason.UNREADABLE, error.strerror or str(error))
