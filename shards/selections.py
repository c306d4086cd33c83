"""Selections beside distill's own: files a shard, then one marker for all of them, as with shards.

The marker states the rule and the sha256 of the ledger that it was applied to, so that a selection of a ledger that has
changed since (`--append`) is noticed.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from mkaudio.shards.commit import committed, sha256_of
from mkaudio.shards.dataset import DatasetInfo
from mkaudio.shards.naming import (
    DEFAULT_SELECTION,
    SELECTIONS_FOLDER,
    marker_file,
    selection_file,
    selection_marker,
    shard_files,
)
from mkaudio.shards.schema import SELECTION, read_stored
from mkaudio.shards.sealed_json import read_sealed, sealed
from mkaudio.shards.steps import reached
from mkaudio.shards.storage import Storage

LEDGER = ("manifest", "candidates")
"""The tables from which a selection is made."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def check_selection_name(name: str) -> None:
    """Check that a new selection may have a name.

    Args:
        name: given by the user; it becomes a folder.

    Raises:
        ValueError: it may not.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"--name {name!r}: letters, digits, _ - and . inside, 64 at most; it names a folder")
    if name.lower() == DEFAULT_SELECTION:
        raise ValueError(f"--name {name}: that is distill's own selection, which stays; take another name")


def ledger_of(storage: Storage, info: DatasetInfo) -> dict[str, str]:
    """Return file → sha256 of the tables from which a selection is made, as the shards' markers state them.

    Args:
        storage: of the dataset.
        info: its description.

    Raises:
        ValueError: there is no shard, or one is not committed.
    """
    if not info.n_shards:
        raise ValueError(f"{storage.address}: no shard is planned yet; finish it with mkaudio distill --resume")
    ledger: dict[str, str] = {}
    for shard in range(info.n_shards):
        marker = committed(storage, shard)
        if marker is None:
            raise ValueError(
                f"{storage.address}/{marker_file(shard)}: shard {shard} is not whole; finish the dataset with "
                "mkaudio distill --resume, or mend it with mkaudio verify --repair"
            )
        names = shard_files(shard, info.scorer)
        ledger |= {names[table]: marker["files"][names[table]]["sha256"] for table in LEDGER}
    return ledger


def selection_names(storage: Storage) -> list[str]:
    """Return the finished selections, distill's own first.

    Args:
        storage: of the dataset.
    """
    parts = [name.split("/") for name in storage.names(SELECTIONS_FOLDER)]
    made = sorted({below[0] for _, *below in parts if below[1:] == ["selection.json"]} - {DEFAULT_SELECTION})
    return [DEFAULT_SELECTION, *made]


def stated_selection(storage: Storage, name: str) -> dict[str, Any] | None:
    """Return what the marker of a selection states: rule, ledger, files.

    Args:
        storage: of the dataset.
        name: of the selection, not `default`.

    Returns:
        None where it has no marker, or its marker or the size of a file says that it is damaged: it is to be made again.
    """
    try:
        marker = read_sealed(storage, selection_marker(name))
    except (FileNotFoundError, ValueError):
        return None
    for file, stated in marker["files"].items():
        found = storage.state(file)
        if found is None or found.size_bytes != stated["size_bytes"]:
            return None
    return marker


def check_selection(storage: Storage, info: DatasetInfo, name: str) -> None:
    """Check that a selection is there and of the ledger as it is now.

    Args:
        storage: of the dataset.
        info: its description.
        name: as the user gave it.

    Raises:
        ValueError: it is not.
    """
    if name == DEFAULT_SELECTION:
        return
    stated = stated_selection(storage, name) if _NAME.fullmatch(name) else None
    if stated is None:
        raise ValueError(
            f"--selection {name}: {storage.address} has no such selection, or it is damaged; there is "
            f"{', '.join(one for one in selection_names(storage) if one != name)}"
        )
    if stated["ledger"] != ledger_of(storage, info):
        raise ValueError(
            f"--selection {name}: the dataset has changed since it was selected (--append); make it again with "
            "mkaudio select --replace"
        )


def read_selection(storage: Storage, name: str, shard: int) -> pa.Table:
    """Read a selection's rows of a shard.

    Args:
        storage: of the dataset.
        name: of the selection.
        shard: number of the shard.
    """
    return read_stored(storage, selection_file(name, shard), SELECTION.names)


def commit_selection(
    storage: Storage, name: str, files: Mapping[str, Path], rule: dict[str, Any], ledger: Mapping[str, str]
) -> None:
    """Make a selection real: what had the name loses its marker, then the files come, then the marker.

    Args:
        storage: of the dataset, the lock of which the caller holds.
        name: checked.
        files: name in the dataset → finished file in a folder of unfinished ones.
        rule: as plain values.
        ledger: what `ledger_of` gave before the rule was applied.
    """
    reached("written", selection_marker(name))
    stated = {file: {"size_bytes": path.stat().st_size, "sha256": sha256_of(path)} for file, path in files.items()}
    storage.remove(selection_marker(name))
    for file, path in files.items():
        storage.publish(path, file)
    content = {"selection": name, "rule": rule, "ledger": dict(ledger), "files": stated}
    storage.create_bytes(sealed(content), selection_marker(name))
    reached("committed", selection_marker(name))
