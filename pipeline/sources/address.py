"""Addresses of what lies in an object store or on the web: `s3://bucket/folder/dog.wav`."""

import os
import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_PROTOCOL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
WEB = frozenset({"http", "https"})
"""Protocols that know single files only: a web server lists no folders."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where something lies beyond this machine's disks; what `Path` is to a file.

    Args:
        text: the whole address, without a slash at its end.
    """

    text: str

    def __str__(self) -> str:
        return self.text

    @property
    def protocol(self) -> str:
        """What stands before `://`."""
        return self.text.partition("://")[0]

    @property
    def name(self) -> str:
        """The last part; the bucket's name where that is all."""
        return self._split()[1]

    @property
    def parent(self) -> "Address":
        """What it lies in; a bucket lies in itself."""
        above, _ = self._split()
        return Address(f"{self.protocol}://{above}") if above or self.protocol == "memory" else self

    @property
    def suffix(self) -> str:
        """The ending of the name, with its dot."""
        name = self.name.partition("?")[0] if self.protocol in WEB else self.name
        return posixpath.splitext(name)[1]

    def _split(self) -> tuple[str, str]:
        rest = self.text.partition("://")[2]
        path, mark, query = rest.partition("?") if self.protocol in WEB else (rest, "", "")
        above, _, name = path.rpartition("/")
        return above, name + mark + query


def is_address(text: str) -> bool:
    """Say whether a text is an address rather than a path.

    Args:
        text: as the user or a list has it.

    >>> is_address("s3://bucket/a.wav"), is_address("sounds/a.wav")
    (True, False)
    """
    return _PROTOCOL.match(text) is not None


def path_or_address(given: str | Path) -> Path | Address:
    """Return what the user named: a path, also where it is written as `file://`, or an address.

    Args:
        given: as it stands on the command line.

    Raises:
        ValueError: an address of nothing.

    >>> str(path_or_address("s3://bucket/folder/"))
    's3://bucket/folder'
    """
    text = os.fspath(given)
    if not is_address(text):
        return Path(given)
    protocol, _, rest = text.partition("://")
    if protocol.lower() in {"file", "local"}:
        return Path(unquote(urlsplit(text).path))
    rest = rest.rstrip("/")
    if not rest.strip("/") and protocol != "memory":
        raise ValueError(f"--input {text}: say what in it, as {protocol}://bucket/folder")
    if protocol.lower() in WEB and "/" not in rest:
        raise ValueError(f"--input {text}: a web server lists no folders; give the address of a sound, list or tar")
    return Address(f"{protocol.lower()}://{rest}")


def joined(root: Address, relative: str) -> str | None:
    """Return the address that a relative path means, with `..` taken at its word; None where it leaves the bucket.

    Args:
        root: what it is relative to.
        relative: the path.

    >>> joined(Address("s3://bucket/lists"), "../a.wav"), joined(Address("s3://bucket/lists"), "../../a.wav")
    ('s3://bucket/a.wav', None)
    """
    rest = root.text.partition("://")[2]
    bucket = rest.partition("/")[0]
    path = posixpath.normpath(f"{rest}/{relative}")
    return f"{root.protocol}://{path}" if path.startswith(f"{bucket}/") else None
