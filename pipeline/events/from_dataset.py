"""The clips of a distilled dataset, or of one of its selections, in key order."""

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Any

from mkaudio.pipeline.events.clip import EventClip, Sound
from mkaudio.pipeline.file_words import words_of_path
from mkaudio.shards import (
    DATASET_FILE,
    DatasetInfo,
    Event,
    Storage,
    check_selection,
    decode_flac,
    read_dataset_info,
    read_selection,
    read_stored,
    shard_files,
)

_EDGE_S = 1e-3


class DatasetClips:
    """A distilled dataset as a source of events.

    Args:
        storage: of the dataset.
        name: what the database calls it.
        selection: whose clips; "" for all.
    """

    kind = "dataset"

    def __init__(self, storage: Storage, name: str, selection: str = "") -> None:
        self.name = name
        self._storage, self._selection = storage, selection
        self._info = read_dataset_info(storage)
        if not self._info.counts:
            raise ValueError(f"{storage.address}: the run is unfinished: run mkaudio distill again with --resume")
        if selection:
            check_selection(storage, self._info, selection)

    @property
    def n_clips(self) -> int | None:
        """How many clips there are, or may be at most."""
        return self._info.counts.get("windows_committed")

    def fingerprint(self) -> str:
        """Return the sha256 of the dataset's description."""
        with self._storage.open(DATASET_FILE) as handle:
            return hashlib.sha256(handle.read()).hexdigest()

    def clips(self) -> Iterator[EventClip]:
        """Yield every clip; its sound is read when it is asked for."""
        for shard in range(self._info.n_shards):
            names = shard_files(shard, self._info.scorer)
            rows = read_stored(self._storage, names["manifest"]).to_pylist()
            if self._selection:
                selected = set(read_selection(self._storage, self._selection, shard)["key"].to_pylist())
                rows = [row for row in rows if row["key"] in selected]
            yield from (self._clip(row, names["shards"]) for row in rows)

    def _clip(self, row: dict[str, Any], tar: str) -> EventClip:
        words = words_of_path(row["source_path"]) if self._info.config.get("file_names") and not row["labels"] else ""
        return EventClip(
            source=self.name,
            source_root=row["source_root"],
            source_path=row["source_path"],
            source_key=row["key"],
            labels=(*row["labels"], *filter(None, (words,))),
            language=row["language"],
            heard=tuple(Event(**event) for event in row["events"]),
            duration_s=row["duration_s"],
            read=partial(_read, self._storage, tar, _place(row), _goes_on(row, self._info), row["source_sha256"]),
            is_composed=row["parts"] is not None,
            group=row["group"],
            licence=row["licence"],
            attribution=row["attribution"],
            source_url=row["source_url"],
        )


def _place(row: dict[str, Any]) -> tuple[int, int]:
    return row["flac_offset"], row["flac_size"]


def _goes_on(row: dict[str, Any], info: DatasetInfo) -> tuple[bool, bool]:
    """A window as long as windows are is taken for one that was cut off."""
    return row["start_s"] > 0, row["duration_s"] >= info.config["window_s"] - _EDGE_S


def _read(storage: Storage, tar: str, place: tuple[int, int], goes_on: tuple[bool, bool], sha256: str) -> Sound:
    offset, size = place
    with storage.open(tar) as handle:
        handle.seek(offset)
        waveform, rate_hz = decode_flac(handle.read(size))
    return Sound(waveform, rate_hz, goes_on, sha256)
