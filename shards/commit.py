"""The one way in which a shard becomes real: data files first, the marker last.

Until the marker is there, nothing of a shard counts; a run that was killed starts the shard again from nothing.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mkaudio.shards.naming import marker_file
from mkaudio.shards.sealed_json import read_sealed, sync_folder, write_sealed


def commit_shard(dataset: Path, shard: int, files: Mapping[str, Path], staging: Path, facts: dict[str, Any]) -> None:
    """Make a finished shard real.

    Args:
        dataset: folder of the dataset.
        shard: number of the shard.
        files: table name → finished file under `staging`, at the same relative path that it gets in the dataset.
        staging: the temporary folder.
        facts: what the marker says beside the files: counts, generation.
    """
    stated = {}
    for path in files.values():
        name = path.relative_to(staging).as_posix()
        stated[name] = {"size_bytes": path.stat().st_size, "sha256": sha256_of(path)}
    for path in files.values():
        publish_file(path, dataset / path.relative_to(staging))
    marker = dataset / marker_file(shard)
    marker.parent.mkdir(parents=True, exist_ok=True)
    write_sealed(marker, {"shard": shard, "files": stated, **facts}, staging / marker.name)


def is_committed(dataset: Path, shard: int) -> bool:
    """Say whether a shard is whole by its marker, and by size and time of its files.

    Args:
        dataset: folder of the dataset.
        shard: number of the shard.
    """
    return committed_marker(dataset, shard) is not None


def committed_marker(dataset: Path, shard: int) -> dict[str, Any] | None:
    """Return the marker of a shard that is whole, read once.

    Args:
        dataset: folder of the dataset.
        shard: number of the shard.

    Returns:
        None where the marker or a file is missing, damaged or of another size. A file newer than its marker, as in a
        copied dataset, is hashed.
    """
    marker = dataset / marker_file(shard)
    try:
        written_ns = marker.stat().st_mtime_ns
        content = read_sealed(marker)
        for name, stated in content["files"].items():
            found = (dataset / name).stat()
            if found.st_size != stated["size_bytes"]:
                return None
            if found.st_mtime_ns > written_ns and sha256_of(dataset / name) != stated["sha256"]:
                return None
    except (FileNotFoundError, ValueError):
        return None
    return content


def publish_file(staged: Path, target: Path) -> None:
    """Make a finished file real: fsync, rename, fsync of the folder.

    Args:
        staged: the finished file, on the same file system.
        target: its name from now on.
    """
    _sync_file(staged)
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(target)
    sync_folder(target.parent)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, read in blocks.

    Args:
        path: the file.
    """
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _sync_file(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
