"""The clips of a stream by number: what compose needs to know of each, and where its sound lies. Mapped, never loaded.

A number is the place of a clip in the catalog, from 0, in key order. Any process opens a catalog by its folder.
"""

from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mkaudio.pipeline.reprogram import Base
from mkaudio.pipeline.stream.catalog_files import CLIPS, NUMBERS, SHARDS, TEXTS, read_about
from mkaudio.shards import Event

_SHARDS_AT_HAND = 64
"""Record batches of which the columns are kept: more than an order mixes at a time (order.py). They are views on the file."""


class Place(NamedTuple):
    """Where the sound of a clip lies.

    Args:
        shard: number of the shard.
        key: of the clip.
        offset: of its FLAC in the tar.
        size: of its FLAC in bytes.
        tar_size: of the tar in bytes, when it was committed.
        tar_sha256: of the tar, when it was committed.
    """

    shard: int
    key: str
    offset: int
    size: int
    tar_size: int
    tar_sha256: str


class Catalog:
    """A catalog that `open_catalog` made; small to send to another process.

    Args:
        folder: of the catalog.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        about = read_about(folder)
        self.fingerprint: str = about["fingerprint"]
        self.dataset: str = about["dataset"]
        self.longest_s: float = about["longest_s"]
        self._n_clips: int = about["n_clips"]
        self._clips = pa.ipc.open_file(pa.memory_map(str(folder / CLIPS)))
        shards = pa.ipc.open_file(pa.memory_map(str(folder / SHARDS))).get_batch(0)
        self._shard, self._first, self._tar_size = (shards[name].to_numpy() for name in ("shard", "first", "tar_size"))
        self._tar_sha256 = _Texts(shards["tar_sha256"])
        self._at_hand: OrderedDict[int, _Columns] = OrderedDict()

    def __reduce__(self) -> tuple[type["Catalog"], tuple[Path]]:
        return Catalog, (self.folder,)

    def __len__(self) -> int:
        """Number of clips."""
        return self._n_clips

    @property
    def bounds(self) -> NDArray[np.int64]:
        """Number of the first clip of each shard, and the number of clips behind the last: (shards + 1,)."""
        return np.append(self._first, np.int64(self._n_clips))

    def base(self, index: int) -> Base:
        """Return what is known of a clip.

        Args:
            index: number of the clip; an `IndexError` where there is none.
        """
        _, columns, row = self._at(index)
        key, prompt, licence, attribution, group, source_url = (texts.at(row) for texts in columns.texts)
        n_events, n_frames, sample_rate_hz, channels, bit_depth, _, _ = (column.item(row) for column in columns.numbers)
        return Base(
            index=index,
            key=key,
            prompt=prompt,
            n_events=n_events,
            n_frames=n_frames,
            sample_rate_hz=sample_rate_hz,
            channels=channels,
            bit_depth=bit_depth,
            heard=columns.heard(row),
            licence=licence,
            attribution=attribution,
            group=group,
            source_url=source_url,
        )

    def place(self, index: int) -> Place:
        """Return where the sound of a clip lies.

        Args:
            index: number of the clip; an `IndexError` where there is none.
        """
        number, columns, row = self._at(index)
        offset, size = (column.item(row) for column in columns.numbers[-2:])
        return Place(
            self._shard.item(number),
            columns.texts[0].at(row),
            offset,
            size,
            self._tar_size.item(number),
            self._tar_sha256.at(number),
        )

    def _at(self, index: int) -> tuple[int, "_Columns", int]:
        if not 0 <= index < self._n_clips:
            raise IndexError(f"clip {index}: the catalog has {self._n_clips:,}")
        number = int(self._first.searchsorted(index, "right")) - 1
        columns = self._at_hand.get(number)
        if columns is None:
            columns = self._at_hand[number] = _Columns(self._clips.get_batch(number))
            if len(self._at_hand) > _SHARDS_AT_HAND:
                self._at_hand.popitem(last=False)
        else:
            self._at_hand.move_to_end(number)
        return number, columns, index - self._first.item(number)


class _Texts:
    """A column of texts, decoded one at a time."""

    __slots__ = ("_bytes", "_ends")

    def __init__(self, column: pa.Array) -> None:
        _, ends, data = column.buffers()
        self._ends = np.frombuffer(ends, np.int32)[column.offset : column.offset + len(column) + 1]
        self._bytes = memoryview(data) if data is not None else memoryview(b"")

    def at(self, row: int) -> str:
        return str(self._bytes[self._ends.item(row) : self._ends.item(row + 1)], "utf-8")


class _Columns:
    """The columns of one shard, as views on the mapped file."""

    __slots__ = ("_ends", "_labels", "_spans", "numbers", "texts")

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.texts = tuple(_Texts(batch[name]) for name in TEXTS)
        self.numbers: tuple[NDArray[Any], ...] = tuple(batch[name].to_numpy() for name in NUMBERS)
        events = batch["events"]
        self._ends = events.offsets.to_numpy()
        self._labels = _Texts(events.values.field("label"))
        self._spans: tuple[NDArray[np.float64], ...] = tuple(
            events.values.field(name).to_numpy() for name in ("start_s", "end_s", "confidence")
        )

    def heard(self, row: int) -> tuple[Event, ...]:
        start_s, end_s, confidence = self._spans
        return tuple(
            Event(self._labels.at(at), start_s.item(at), end_s.item(at), confidence.item(at))
            for at in range(self._ends.item(row), self._ends.item(row + 1))
        )
