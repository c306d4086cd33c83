"""One process at a time: a lock beside a file that several processes may want to make."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock beside a file; where the system has none for it, as on some network disks, go on without.

    Args:
        path: the file that is to be made; its folder is made where it is missing.

    Yields:
        Nothing; the others wait meanwhile.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as handle:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
