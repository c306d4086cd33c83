"""JSON files that know when they were damaged: a canonical text with its own sha256 inside, written atomically."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from mkaudio.shards.disk import naming

_SEAL = "sha256_of_the_rest"


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)


def write_sealed(path: Path, content: dict[str, Any], temporary: Path) -> None:
    """Write a sealed JSON file: temporary file, fsync, rename, fsync of the folder.

    Args:
        path: the file that becomes real.
        content: what it says; keys are sorted, so equal contents give equal bytes.
        temporary: an unused file name on the same file system.
    """
    text = _canonical({**content, _SEAL: hashlib.sha256(_canonical(content).encode()).hexdigest()})
    with naming(temporary), temporary.open("w", encoding="utf-8") as handle:
        handle.write(text + "\n")
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def read_sealed(path: Path) -> dict[str, Any]:
    """Read a sealed JSON file.

    Args:
        path: the file.

    Returns:
        Its content, without the seal.

    Raises:
        ValueError: it is not JSON, or not what was written.
    """
    try:
        data = path.read_bytes()
        content = json.loads(data)
        seal = content.pop(_SEAL)
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: damaged: not a sealed JSON file ({error})") from error
    rewritten = (_canonical({**content, _SEAL: seal}) + "\n").encode()
    if rewritten != data or hashlib.sha256(_canonical(content).encode()).hexdigest() != seal:
        raise ValueError(f"{path}: damaged: its content does not have the sha256 that it states")
    return dict(content)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable.

    Args:
        folder: an existing folder.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        with naming(folder):
            os.fsync(handle)
    finally:
        os.close(handle)
