"""Which place a path or an address is in."""

import os
from pathlib import Path

from mkaudio.pipeline.sources.address import Address
from mkaudio.pipeline.sources.local import LOCAL
from mkaudio.pipeline.sources.place import Place
from mkaudio.pipeline.sources.remote import REMOTE


def place_of(path: Path | Address) -> Place:
    """Return where a path or an address leads.

    Args:
        path: of a folder or file.
    """
    return REMOTE if isinstance(path, Address) else LOCAL


def bytes_of(path: Path | Address) -> bytes:
    """Return a path as its place takes it.

    Args:
        path: of a folder or file.
    """
    return os.fsencode(str(path))
