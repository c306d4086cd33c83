"""An event database, opened: cheap, picklable, its sounds mapped from the file so that all workers share the memory.

T samples.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mkaudio.shards.event_schema import EVENT_ROWS, EVENT_SOUNDS, EVENT_TABLE, EVENTS_FILE, described, read_events_info
from mkaudio.shards.local_storage import LocalStorage
from mkaudio.shards.schema import read_stored

_KEPT_EVENTS = 4096


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A single event.

    Args:
        number: of the event in its database, from 0.
        key: of the event in its database.
        label: class, or the label where no class matches.
        noun: noun phrase with its article; fits "the sound of NOUN".
        clauses: third person, without capital or full stop, the preferred one first.
        plural: whether the noun phrase is plural.
        lasts: whether it is a sound that lasts, so that it may be said to go on in the background.
        named_by: "label" or "ear".
        confidence: how sure the ear is of the class; 0 where it did not hear it, there is no such class, or nobody listened.
        level_dbfs: over its active frames.
        peak_dbfs: highest absolute sample.
        first_frame: where it begins among the sounds of the database.
        n_frames: its length.
        duration_s: its length.
        source: name of the dataset or folder that it comes from.
        source_root: name of the input that the path is relative to.
        source_path: escaped path of the source.
        source_sha256: of the source's bytes.
        source_key: of the sample in its dataset; "" where it comes from a file.
        source_rate_hz: rate that it had there.
        start_s: where in the sample, or in the file, it begins.
        end_s: where it ends there.
        group: what must never be split between train and test.
        licence: of the sound.
        attribution: whom to credit.
        source_url: where it came from.
    """

    number: int
    key: str
    label: str
    noun: str
    clauses: tuple[str, ...]
    plural: bool
    lasts: bool
    named_by: str
    confidence: float
    level_dbfs: float
    peak_dbfs: float
    first_frame: int
    n_frames: int
    duration_s: float
    source: str
    source_root: str
    source_path: str
    source_sha256: str
    source_key: str
    source_rate_hz: int
    start_s: float
    end_s: float
    group: str
    licence: str
    attribution: str
    source_url: str


class EventStore:
    """Random access to the events of a database.

    Args:
        folder: of the database, on this machine's disks.

    Raises:
        ValueError: there is no event database, one of another version, or a damaged one.
    """

    def __init__(self, folder: str | Path) -> None:
        storage = LocalStorage(Path(folder))
        self.folder = storage.root
        self.info = read_events_info(storage)
        self.sample_rate_hz: int = self.info.sample_rate_hz
        self.fingerprint = hashlib.sha256(described(self.info)).hexdigest()[:12]
        for name, stated in self.info.files.items():
            found = storage.state(name)
            if found is None or found.size_bytes != stated["size_bytes"]:
                size = "is missing" if found is None else f"has {found.size_bytes:,} bytes"
                raise ValueError(
                    f"{folder}/{name}: {size}, {EVENTS_FILE} states {stated['size_bytes']:,}: the database is damaged; "
                    "make it again with mkaudio events --replace"
                )
        self._table = read_stored(storage, EVENT_TABLE).cast(EVENT_ROWS).combine_chunks()
        self._first_frame = self._table["first_frame"].to_numpy()
        self._n_frames = self._table["n_frames"].to_numpy()
        self._sounds = np.asarray(np.load(self.folder / EVENT_SOUNDS, mmap_mode="r"))
        self.event = lru_cache(_KEPT_EVENTS)(self._event)

    def __reduce__(self) -> tuple[Any, ...]:
        return EventStore, (self.folder,)

    def __len__(self) -> int:
        return len(self._n_frames)

    def n_frames(self, number: int) -> int:
        """Return the length of an event.

        Args:
            number: from 0.
        """
        return int(self._n_frames[number])

    def samples(self, number: int) -> NDArray[np.int16]:
        """Return the sound of an event, (T,), a view on the mapped file that cannot be written to.

        Args:
            number: from 0.
        """
        first = int(self._first_frame[number])
        return self._sounds[first : first + int(self._n_frames[number])]

    def column(self, name: str) -> list[Any]:
        """Return one column of the table, such as `label`, without making the events.

        Args:
            name: of the column.
        """
        return list(self._table[name].to_pylist())

    def _event(self, number: int) -> StoredEvent:
        """Return an event; the last ones asked for are kept.

        Args:
            number: from 0.

        Raises:
            IndexError: there is no such event.
        """
        if not 0 <= number < len(self):
            raise IndexError(f"{self.folder}: no event {number}; it has {len(self):,}")
        (row,) = self._table.slice(number, 1).to_pylist()
        return StoredEvent(number=number, **row | {"clauses": tuple(row["clauses"])})
