"""The one way in which a shard becomes real: data files first, the marker last.

Until the marker is there, nothing of a shard counts; a run that was killed starts the shard again from nothing.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from mkaudio.shards.naming import marker_file
from mkaudio.shards.sealed_json import read_sealed, sealed
from mkaudio.shards.steps import reached
from mkaudio.shards.storage import Storage

_BLOCK_BYTES = 1 << 20


def commit_shard(storage: Storage, shard: int, files: Mapping[str, Path], staging: Path, facts: dict[str, Any]) -> None:
    """Make a finished shard real. A worker of a killed run may have done so meanwhile: then there is nothing to do.

    Args:
        storage: of the dataset.
        shard: number of the shard.
        files: table name → finished file under `staging`, at the same relative path that it gets in the dataset.
        staging: the temporary folder.
        facts: what the marker says beside the files: counts, generation.

    Raises:
        FileExistsError: the shard is committed with other content: two runs of different kind write this dataset.
    """
    reached("written", marker_file(shard))
    stated = {}
    for path in files.values():
        name = path.relative_to(staging).as_posix()
        stated[name] = {"size_bytes": path.stat().st_size, "sha256": sha256_of(path)}
    if (there := committed(storage, shard)) is not None:
        if there["files"] != stated:
            raise FileExistsError(
                f"{storage.address}: shard {shard} is committed already with another content: does a second run write here?"
            )
        return
    uncommit_shard(storage, shard)
    for path in files.values():
        storage.publish(path, path.relative_to(staging).as_posix())
    storage.create_bytes(sealed({"shard": shard, "files": stated, **facts}), marker_file(shard))
    reached("committed", marker_file(shard))


def uncommit_shard(storage: Storage, shard: int) -> None:
    """Take a shard's marker away, where there is one: it counts for nothing then, and is to be done again.

    Args:
        storage: of the dataset.
        shard: number of the shard.
    """
    storage.remove(marker_file(shard))


def committed(storage: Storage, shard: int) -> dict[str, Any] | None:
    """Return a shard's marker, if the shard is whole by it and by size and time of its files.

    Args:
        storage: of the dataset.
        shard: number of the shard.

    Returns:
        None where the marker or a file is missing, damaged or of another size. A file newer than its marker, as in a
        copied dataset, is hashed.
    """
    written = storage.state(marker_file(shard))
    if written is None:
        return None
    try:
        marker = read_sealed(storage, marker_file(shard))
    except ValueError:
        return None
    for name, stated in marker["files"].items():
        found = storage.state(name)
        if found is None or found.size_bytes != stated["size_bytes"]:
            return None
        if found.mtime_ns > written.mtime_ns:
            with storage.open(name) as handle:
                if sha256_of_stream(handle) != stated["sha256"]:
                    return None
    return marker


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, read in blocks.

    Args:
        path: the file.
    """
    with path.open("rb") as handle:
        return sha256_of_stream(handle)


def sha256_of_stream(handle: BinaryIO) -> str:
    """Return the sha256 of an open file from its start, block by block, and rewind it.

    Args:
        handle: readable, seekable.
    """
    handle.seek(0)
    digest = hashlib.sha256()
    while block := handle.read(_BLOCK_BYTES):
        digest.update(block)
    handle.seek(0)
    return digest.hexdigest()
