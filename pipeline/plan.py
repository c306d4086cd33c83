"""The plan: which windows of which sources go into which shard. A pure function of the index, sealed before any work."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mkaudio.pipeline.duplicates import SHA256_BYTES, Digests, Duplicates
from mkaudio.pipeline.indexed import Indexed
from mkaudio.shards import PLAN, naming, read_stored

ROWS_PER_SAMPLE = 8
"""A shard holds at most this many rows a sample, so that a folder of refused files does not become one shard."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Where sources go; one entry a plan row.

    Args:
        source: index of the source.
        shard: number of the shard.
        first_window: of the source, in this row.
        n_windows: of this row.
        first_key: number of the row's first window in the dataset.
        n_shards: shards made.
    """

    source: NDArray[np.int64]
    shard: NDArray[np.int32]
    first_window: NDArray[np.int32]
    n_windows: NDArray[np.int32]
    first_key: NDArray[np.int64]
    n_shards: int


def partition(
    n_windows: NDArray[np.int64],
    samples_per_shard: int,
    first_shard: int,
    first_key: int,
    max_per_source: int | None = None,
) -> Partition:
    """Deal sources to shards in order; only a source that is longer than a shard is split.

    Where only so many windows of a source are kept, it fills a shard by these and is never split: which they are is found
    where all its windows are heard. Keys are numbered over all windows all the same.

    Args:
        n_windows: of each source; 0 for a refused one or a duplicate, which still gets its row.
        samples_per_shard: windows that a shard may hold.
        first_shard: number of the first shard.
        first_key: number of the first window.
        max_per_source: windows that are kept of a source, at most `samples_per_shard`; None keeps all.
    """
    kept = n_windows if max_per_source is None else np.minimum(n_windows, max_per_source)
    n_rows = np.maximum(-(-kept // samples_per_shard), 1)
    source = np.repeat(np.arange(len(n_windows)), n_rows)
    piece = np.arange(len(source)) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    first_window = piece * samples_per_shard
    fills = np.minimum(kept[source] - first_window, samples_per_shard)
    taken = fills if max_per_source is None else n_windows
    # A long source begins a shard with each of its pieces; what follows it may fill up its last shard.
    alone = np.flatnonzero(n_rows[source] > 1)
    starts = _shard_starts(np.concatenate([[0], np.cumsum(fills)]), alone, samples_per_shard)
    total = np.concatenate([[0], np.cumsum(taken)])
    return Partition(
        source,
        np.repeat(np.arange(first_shard, first_shard + len(starts), dtype=np.int32), np.diff([*starts, len(source)])),
        first_window.astype(np.int32),
        taken.astype(np.int32),
        first_key + total[:-1],
        len(starts),
    )


def _shard_starts(total: NDArray[np.int64], alone: NDArray[np.int64], samples_per_shard: int) -> list[int]:
    """Return the row with which each shard begins; `total` are the windows kept before each row and after the last."""
    starts, row, n_rows = [], 0, len(total) - 1
    while row < n_rows:
        starts.append(row)
        full = int(np.searchsorted(total, total[row] + samples_per_shard, "right")) - 1
        next_alone = int(np.searchsorted(alone, row, "right"))
        forced = int(alone[next_alone]) if next_alone < len(alone) else n_rows
        row = min(full, row + ROWS_PER_SAMPLE * samples_per_shard, forced)
    return starts


def write_plan(path: Path, indexed: Indexed, where: Partition, digests: Digests, same: Duplicates) -> None:
    """Write the plan's table: the index's rows, each with its place. Streams part by part.

    Args:
        path: the file to make.
        indexed: the inputs.
        where: the place of every source.
        digests: sha256, where known.
        same: which inputs are duplicates, and of what.
    """
    spans = (indexed.spans(inputs) for inputs in (where.source, digests.inputs, same.inputs))
    parts = zip(indexed.parts, indexed.begins[:-1], *spans, strict=True)
    with naming(path), pq.ParquetWriter(path, PLAN, compression="zstd", write_page_checksum=True) as writer:
        for part, begin, places, hashed, twins in parts:
            table = read_stored(indexed.storage, part)
            originals = same.names.take(pa.array(same.original[twins]))
            columns = {
                "sha256": _filled(table.num_rows, digests.inputs[hashed] - begin, _hex(digests.sha256[hashed])),
                "duplicate_of": _filled(table.num_rows, same.inputs[twins] - begin, originals.cast(pa.string())),
            }
            table = _with(table, columns).take(pa.array(where.source[places] - begin))
            columns = {
                "shard": pa.array(where.shard[places]),
                "first_window": pa.array(where.first_window[places]),
                "n_windows": pa.array(where.n_windows[places]),
                "first_key": pa.array(where.first_key[places]),
            }
            writer.write_table(_with(table, columns).cast(PLAN))


def _with(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    for name, values in columns.items():
        table = table.set_column(PLAN.get_field_index(name), PLAN.field(name), values)
    return table


def _filled(n_rows: int, positions: NDArray[np.int64], texts: pa.Array) -> pa.Array:
    """Return a column of n_rows texts: those given at their positions, "" elsewhere."""
    which = np.zeros(n_rows, np.int64)
    which[positions] = np.arange(1, len(positions) + 1)
    return pa.concat_arrays([pa.array([""]), texts]).take(pa.array(which))


def _hex(sha256: NDArray[np.uint8]) -> pa.Array:
    ends = np.arange(len(sha256) + 1, dtype=np.int32) * (2 * SHA256_BYTES)
    text = sha256.tobytes().hex().encode()
    return pa.StringArray.from_buffers(len(sha256), pa.py_buffer(ends), pa.py_buffer(text))
