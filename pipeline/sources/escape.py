r"""Paths are bytes on disk and text in a dataset: escaping carries every name over, and back.

Undecodable bytes become `\xNN` and a backslash becomes `\\`. `::` is what joins an archive and what lies in it
(`a/b.tar::dog.wav`), so that a name which holds it gets `\x3a\x3a`: the first `::` of an escaped path is always a joint.
"""

import re

JOINT = "::"
_ESCAPED_JOINT = rb"\x3a\x3a"
_ESCAPE = re.compile(rb"\\(\\|x[0-9a-f]{2})?")


def escape_path(path: bytes) -> str:
    r"""Return a path as valid Unicode, from which `unescape_path` gets the same bytes.

    Args:
        path: a path, or a part of one, as the file system or an archive holds it.

    >>> print(escape_path(b"caf\xe9/a\\b.wav"))
    caf\xe9/a\\b.wav
    >>> print(escape_path("hört 🐕.wav".encode()))
    hört 🐕.wav
    """
    escaped = path.replace(b"\\", b"\\\\").replace(JOINT.encode(), _ESCAPED_JOINT)
    return escaped.decode("utf-8", "backslashreplace")


def unescape_path(path: str) -> bytes:
    r"""Return the bytes of an escaped path.

    Args:
        path: what `escape_path` returned; a backslash that it cannot have written is a `ValueError`.

    >>> unescape_path("caf\\xe9/a\\\\b.wav")
    b'caf\xe9/a\\b.wav'
    """

    def byte_of(match: re.Match[bytes]) -> bytes:
        code = match[1]
        if code is None:
            raise ValueError(
                rf"path {path!r}: the backslash at byte {match.start()} is neither \\ nor \xNN; "
                "give the path as it stands in the dataset"
            )
        return code if code == b"\\" else bytes.fromhex(code[1:].decode())

    return _ESCAPE.sub(byte_of, path.encode())
