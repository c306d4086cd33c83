"""Writes an event database: sounds behind each other as they come, then the table, then the description. T samples."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from mkaudio.shards.commit import sha256_of
from mkaudio.shards.disk import naming
from mkaudio.shards.event_schema import EVENT_ROWS, EVENT_SOUNDS, EVENT_TABLE, EVENTS_FILE, EventsInfo, described
from mkaudio.shards.local_storage import LocalStorage
from mkaudio.shards.naming import TEMPORARY_FOLDER, key_of
from mkaudio.shards.schema import write_table

_OURS = frozenset({EVENTS_FILE, EVENT_TABLE, EVENT_SOUNDS, TEMPORARY_FOLDER})


def check_room(storage: LocalStorage, anew: bool) -> None:
    """Make sure that a database may be written; what a killed run left is no database, and goes.

    Args:
        storage: of the database.
        anew: write it in the place of a whole one.

    Raises:
        ValueError: something else lies there, or a whole database.
    """
    entries = set(storage.entries())
    if strangers := sorted(entries - _OURS):
        raise ValueError(
            f"--output {storage.address}: has {strangers[0]}, which is no part of an event database; name another folder"
        )
    if EVENTS_FILE in entries and not anew:
        raise ValueError(
            f"--output {storage.address}: there is an event database already; --replace, or another folder"
        )


def write_events(
    storage: LocalStorage,
    staging: Path,
    info: EventsInfo,
    rows: Sequence[dict[str, Any]],
    sounds: Iterable[NDArray[np.int16]],
) -> EventsInfo:
    """Write a database: whole once its description is there, and not before.

    Args:
        storage: of the database.
        staging: a folder for unfinished files.
        info: its description, files left out.
        rows: a row per event; `key` and `first_frame` are filled in here.
        sounds: (T,) of each event, in the order of the rows.

    Returns:
        The description as written.

    Raises:
        ValueError: a sound is not as long as its row says.
    """
    table, first_frame = [], 0
    total = sum(row["n_frames"] for row in rows)
    path = staging / EVENT_SOUNDS
    with naming(path), path.open("wb") as file:
        write_array_header_1_0(file, {"descr": "<i2", "fortran_order": False, "shape": (total,)})
        for number, (row, samples) in enumerate(zip(rows, sounds, strict=True)):
            if len(samples) != row["n_frames"]:
                raise ValueError(f"event {number}: {len(samples)} samples, its row states {row['n_frames']}")
            file.write(samples.astype("<i2").tobytes())
            table.append(row | {"key": key_of(number), "first_frame": first_frame})
            first_frame += len(samples)
    write_table(staging / EVENT_TABLE, table, EVENT_ROWS)
    files = {
        name: {"size_bytes": (staging / name).stat().st_size, "sha256": sha256_of(staging / name)}
        for name in (EVENT_TABLE, EVENT_SOUNDS)
    }
    info = replace(info, files=files)
    storage.remove(EVENTS_FILE)  # from here on there is no database, until the new one is whole
    for name in files:
        storage.publish(staging / name, name)
    storage.publish_bytes(described(info), EVENTS_FILE)
    return info
