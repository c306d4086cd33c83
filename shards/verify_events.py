"""Does an event database hold what its description states? Every byte is hashed, every event compared with its row."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from mkaudio.shards.commit import sha256_of
from mkaudio.shards.event_schema import EVENT_SOUNDS, EVENT_TABLE, EVENTS_FILE, EventsInfo, read_events_info
from mkaudio.shards.event_store import EventStore
from mkaudio.shards.local_storage import LocalStorage
from mkaudio.shards.naming import TEMPORARY_FOLDER
from mkaudio.shards.verify_problem import Problem, Remedy

_PEAK_SLACK_DB = 0.011
"""Levels are rounded to 0.01 dB."""


def check_events(folder: str | Path) -> Iterator[Problem]:
    """Yield every problem of an event database; none means that it is whole.

    Args:
        folder: of the database.
    """
    storage = LocalStorage(Path(folder))
    try:
        info = read_events_info(storage)
    except (ValueError, OSError, TypeError) as error:
        yield _problem(EVENTS_FILE, str(error))
        return
    wrong = list(_check_files(storage, info))
    yield from wrong
    for name in storage.entries():
        if name not in {EVENTS_FILE, TEMPORARY_FOLDER, *info.files}:
            yield Problem(name, "no part of an event database", remedy=Remedy.BY_HAND)
    if not wrong:
        yield from (_problem(EVENT_TABLE, what) for what in _check_rows(storage, info))


def _check_files(storage: LocalStorage, info: EventsInfo) -> Iterator[Problem]:
    if set(info.files) != {EVENT_TABLE, EVENT_SOUNDS}:
        yield _problem(EVENTS_FILE, f"states the files {', '.join(sorted(info.files)) or 'none'}")
    for name, stated in info.files.items():
        found = storage.state(name)
        if found is None:
            yield _problem(name, "missing")
        elif found.size_bytes != stated["size_bytes"]:
            yield _problem(name, f"has {found.size_bytes:,} bytes, {EVENTS_FILE} states {stated['size_bytes']:,}")
        elif sha256_of(storage.root / name) != stated["sha256"]:
            yield _problem(name, f"does not have the sha256 that {EVENTS_FILE} states")


def _check_rows(storage: LocalStorage, info: EventsInfo) -> Iterator[str]:
    try:
        store = EventStore(storage.root)
    except (ValueError, pa.ArrowException, OSError) as error:
        yield str(error)
        return
    if len(store) != info.counts.get("kept"):
        yield f"has {len(store):,} rows, {EVENTS_FILE} counts {info.counts.get('kept')}"
    behind, n_sounds = 0, len(np.load(storage.root / EVENT_SOUNDS, mmap_mode="r"))
    for number in range(len(store)):
        event = store.event(number)
        if event.first_frame != behind or event.n_frames < 1 or behind + event.n_frames > n_sounds:
            yield f"{event.key}: frames {event.first_frame:,} and {event.n_frames:,} more, of {n_sounds:,}; {behind:,} are taken"
            return
        peak = int(np.abs(store.samples(number).astype(np.int32)).max())
        peak_dbfs = 20 * float(np.log10(max(peak, 1) / 32768))
        if abs(peak_dbfs - event.peak_dbfs) > _PEAK_SLACK_DB:
            yield f"{event.key}: its peak is {peak_dbfs:.2f} dBFS, its row states {event.peak_dbfs:.2f}"
        behind += event.n_frames
    if behind != n_sounds:
        yield f"its rows account for {behind:,} frames of {n_sounds:,}"


def _problem(where: str, what: str) -> Problem:
    return Problem(where, what, remedy=Remedy.EVENTS)
