"""The path in an error of the disk: a failed write or fsync says what happened, and leaves out where."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Give an error of the system that names no file, or only the last part of its path, the name of what is worked on.

    Args:
        path: the file or folder.

    Raises:
        OSError: the same error, in the system's words, with the path. Arrow's wording is replaced by them.
    """
    try:
        yield
    except OSError as error:
        if not error.errno or (error.filename is not None and os.sep in os.fsdecode(error.filename)):
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
