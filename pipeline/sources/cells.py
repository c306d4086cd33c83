"""What a cell with a path means: relative to its list, on disk or in a store, or an address of its own."""

import os
import posixpath
from pathlib import Path

from mkaudio.pipeline.sources.address import WEB, Address, is_address, joined
from mkaudio.pipeline.sources.place import Place
from mkaudio.pipeline.sources.places import bytes_of, place_of


def relative_to(root: Path | Address, cell: str) -> bytes:
    """Return a cell's path relative to the list's folder; an address that lies elsewhere stays whole.

    Args:
        root: what the list lies in.
        cell: as it stands in the list.
    """
    try:
        encoded = os.fsencode(cell)
    except UnicodeEncodeError:  # a lone surrogate, as JSON may hold: no file's name, so that it will be missing
        encoded = cell.encode("utf-8", "surrogatepass")
    if isinstance(root, Address):
        return _in_store(root, encoded)
    if is_address(cell) and not why_nowhere(root, cell):
        return encoded
    folder = os.fsencode(root.absolute())
    return os.path.relpath(os.path.join(folder, encoded), folder)


def _in_store(root: Address, cell: bytes) -> bytes:
    if cell.startswith(b"/"):
        return cell
    if not is_address(os.fsdecode(cell)):
        return posixpath.normpath(cell)
    below = cell.removeprefix(bytes_of(root) + b"/")
    return below if posixpath.normpath(below) == below and not below.startswith(b"..") else cell


def why_nowhere(root: Path | Address, cell: str) -> str:
    """Return why a cell cannot lead to a sound; "" where it may.

    Args:
        root: what the list lies in.
        cell: as it stands in the list, not empty.
    """
    if "://" in cell:
        protocol = cell.strip().partition("://")[0].lower()
        on_the_web = isinstance(root, Address) and root.protocol in WEB
        opens = protocol in WEB if on_the_web else protocol not in WEB | {"file", "local"}
        return "" if opens and is_address(cell) else f"{cell.strip()} is an address: download it, and list the file"
    if isinstance(root, Address) and cell.startswith("/"):
        return f"{cell} is a path on some machine; in a list in a store, paths are relative to the list"
    if isinstance(root, Address) and joined(root, cell) is None:
        return f"{cell} leads out of what the list lies in"
    return ""


def where(root: Path | Address, relative: bytes) -> tuple[Place, bytes]:
    """Return the place and the path that a cell leads to.

    Args:
        root: what the list lies in.
        relative: from `relative_to`.
    """
    text = os.fsdecode(relative)
    if is_address(text):
        return place_of(Address(text)), relative
    if isinstance(root, Address):
        return place_of(root), os.fsencode(joined(root, text) or text)
    return place_of(root), os.path.join(bytes_of(root), relative)
