"""What an event database is on disk: the names of its files, the columns of its table, the content of its description.

```
EVENTS/events.json      sealed: what made it, from what, counts, size and sha256 of the two others; written last
EVENTS/events.parquet   a row per event, sorted by label
EVENTS/sounds.npy       int16, mono, all events one behind the other in the order of the rows
```
"""

from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from mkaudio.shards.sealed_json import read_sealed, sealed
from mkaudio.shards.storage import Storage

EVENTS_FILE = "events.json"
EVENT_TABLE = "events.parquet"
EVENT_SOUNDS = "sounds.npy"
EVENTS_VERSION = 1

_KIND = "mkaudio events"
_COLUMNS = (
    ("key", pa.string()),
    ("label", pa.string()),
    ("noun", pa.string()),
    ("clauses", pa.list_(pa.field("item", pa.string(), nullable=False))),
    ("plural", pa.bool_()),
    ("lasts", pa.bool_()),
    ("named_by", pa.string()),
    ("confidence", pa.float64()),
    ("level_dbfs", pa.float64()),
    ("peak_dbfs", pa.float64()),
    ("first_frame", pa.int64()),
    ("n_frames", pa.int64()),
    ("duration_s", pa.float64()),
    ("source", pa.string()),
    ("source_root", pa.string()),
    ("source_path", pa.string()),
    ("source_sha256", pa.string()),
    ("source_key", pa.string()),
    ("source_rate_hz", pa.int32()),
    ("start_s", pa.float64()),
    ("end_s", pa.float64()),
    ("group", pa.string()),
    ("licence", pa.string()),
    ("attribution", pa.string()),
    ("source_url", pa.string()),
)
EVENT_ROWS = pa.schema([pa.field(name, kind, nullable=False) for name, kind in _COLUMNS])
"""A row per event. `first_frame` is its place in the sounds; `start_s` and `end_s` are its span in the sample `source_key`
of the dataset `source`, or in the file where the key is "". Unknown text is ""."""


@dataclass(frozen=True, slots=True)
class EventsInfo:
    """The content of `events.json`.

    Args:
        sample_rate_hz: of the sounds.
        config: everything the user chose that changes a byte.
        sources: what it was made from: name, kind and fingerprint of each input.
        counts: clips looked at, events kept, classes; clips left out, by reason.
        libraries: versions of what may change a bit of it.
        files: name → size_bytes and sha256.
    """

    sample_rate_hz: int
    config: dict[str, Any]
    sources: list[dict[str, str]]
    counts: dict[str, Any]
    libraries: dict[str, str]
    files: dict[str, dict[str, Any]] = field(default_factory=dict)


def described(info: EventsInfo) -> bytes:
    """Return the bytes of `events.json`.

    Args:
        info: its content.
    """
    return sealed({"kind": _KIND, "schema_version": EVENTS_VERSION, **asdict(info)})


def read_events_info(storage: Storage) -> EventsInfo:
    """Read `events.json`.

    Args:
        storage: of the database.

    Raises:
        ValueError: there is no event database, or one of another version, or the file is damaged.
    """
    try:
        content = read_sealed(storage, EVENTS_FILE)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ValueError(
            f"{storage.address} is not an event database: it has no {EVENTS_FILE}; make one with mkaudio events"
        ) from error
    kind, version = content.pop("kind", None), content.pop("schema_version", None)
    if kind != _KIND or version != EVENTS_VERSION:
        raise ValueError(
            f"{storage.address}/{EVENTS_FILE}: {kind or 'of unknown kind'}, version {version}; this mkaudio reads "
            f"version {EVENTS_VERSION}: make it again with mkaudio events"
        )
    return EventsInfo(**content)
