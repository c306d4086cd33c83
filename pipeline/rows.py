"""A row of the sealed plan, between Parquet and the stages."""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mkaudio.pipeline.sources import Input
from mkaudio.shards import PLAN, AudioInfo, FileState, Reason, Refusal, Storage


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A source, or a range of its windows, in one shard; fields as in the `PLAN` schema."""

    source_root: str
    source_path: str
    kind: str
    size_bytes: int
    mtime_ns: int
    offset: int
    container: str
    decoder: str
    sample_rate_hz: int
    channels: int
    n_frames: int
    bit_depth: int
    sha256: str
    duplicate_of: str
    refusal: str
    refusal_message: str
    labels: tuple[str, ...]
    language: str
    group: str
    licence: str
    attribution: str
    source_url: str
    shard: int = -1
    first_window: int = 0
    n_windows: int = 0
    first_key: int = -1

    @property
    def name(self) -> str:
        """Root and path: the row's name in the journal and in messages."""
        return f"{self.source_root}/{self.source_path}"

    @property
    def is_source(self) -> bool:
        """Whether the row begins its source, so that counting such rows counts sources."""
        return self.first_window == 0

    @property
    def info(self) -> AudioInfo:
        """What the index pass found in the header."""
        return AudioInfo(
            self.container, self.decoder, self.sample_rate_hz, self.channels, self.n_frames, self.bit_depth
        )

    def as_input(self) -> Input:
        """Return what its source opens."""
        verdict = Refusal(Reason(self.refusal), self.refusal_message) if self.refusal else None
        return Input(
            self.source_path, self.kind, self.size_bytes, self.mtime_ns, self.offset, self.labels, self.language,
            self.group, self.licence, self.attribution, self.source_url, verdict,
        )  # fmt: skip


_NAMES = tuple(field.name for field in fields(PlanRow))
assert tuple(PLAN.names) == _NAMES, "PlanRow and the PLAN schema have the same fields in the same order"


def row_of(record: dict[str, Any]) -> PlanRow:
    """Return the row that a Parquet record holds.

    Args:
        record: column → value.
    """
    return PlanRow(**{**record, "labels": tuple(record["labels"])})


def read_rows(storage: Storage, plan: str, shard: int) -> list[PlanRow]:
    """Read the rows of one shard: only the row groups that hold some, found in a footer that is read once a process.

    Args:
        storage: of the dataset.
        plan: the sealed plan's file.
        shard: number of the shard.
    """
    footer = _footer(storage, plan, storage.state(plan))
    groups = range(int(np.searchsorted(footer.last, shard)), int(np.searchsorted(footer.first, shard, "right")))
    with storage.open(plan) as handle:
        file = pq.ParquetFile(handle, metadata=footer.metadata, page_checksum_verification=True)
        table = file.read_row_groups(list(groups))
    return [row_of(record) for record in table.filter(pc.equal(table["shard"], shard)).to_pylist()]


def sample_rows(storage: Storage, plan: str, root: str, most: int) -> list[PlanRow]:
    """Return a few planned inputs of a root that have windows, from the first to the last; few row groups are read.

    Args:
        storage: of the dataset.
        plan: the sealed plan's file.
        root: name of the root.
        most: how many rows.
    """
    metadata = _footer(storage, plan, storage.state(plan)).metadata
    column = PLAN.get_field_index("source_root")
    ranges = [metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups)]
    groups = [group for group, one in enumerate(ranges) if one is None or one.min <= root <= one.max]
    rows: list[PlanRow] = []
    with storage.open(plan) as handle:
        file = pq.ParquetFile(handle, metadata=metadata, page_checksum_verification=True)
        for group in _spread(groups, most):
            table = file.read_row_group(group)
            there = pc.and_(pc.equal(table["source_root"], root), pc.greater(table["n_windows"], 0))
            chosen = _spread(np.flatnonzero(there.to_numpy()).tolist(), -(-most // min(most, len(groups))))
            rows += [row_of(record) for record in table.take(pa.array(chosen, pa.int64())).to_pylist()]
    return rows


def _spread(items: list[int], most: int) -> list[int]:
    """Return at most so many of some items, evenly spread, the first and the last among them."""
    if len(items) <= most:
        return items
    return [items[round(place)] for place in np.linspace(0, len(items) - 1, most)]


@dataclass(frozen=True, slots=True)
class _Footer:
    """A plan's footer, and the first and last shard of each of its row groups: shards ascend."""

    metadata: pq.FileMetaData
    first: NDArray[np.int64]
    last: NDArray[np.int64]


@lru_cache(maxsize=1)  # some 60 MB at 10 million rows; a run works on one plan after the other
def _footer(storage: Storage, plan: str, _state: FileState | None) -> _Footer:
    """Read a footer; size and time are there so that another file of the same name is read anew."""
    with storage.open(plan) as handle:
        metadata = pq.read_metadata(handle)
    column = PLAN.get_field_index("shard")
    ranges = [metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups)]
    return _Footer(metadata, np.array([one.min for one in ranges]), np.array([one.max for one in ranges]))
