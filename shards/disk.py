"""The path in an error of the disk: a failed write or fsync says what happened, and leaves out where."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Give an error of the system that names no file the name of the one that is being written.

    Args:
        path: the file or folder.

    Raises:
        OSError: the same error, in the system's words, with the path. Arrow's wording is replaced by them.
    """
    try:
        yield
    except OSError as error:
        if error.filename is not None or not error.errno:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
