"""The plan: which windows of which sources go into which shard. A pure function of the index, sealed before any work."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mkaudio.shards import PLAN, naming

ROWS_PER_SAMPLE = 8
"""A shard holds at most this many rows a sample, so that a folder of refused files does not become one shard."""
_ROW_GROUP = 8192


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


def partition(n_windows: NDArray[np.int64], samples_per_shard: int, first_shard: int, first_key: int) -> Partition:
    """Deal sources to shards in order; only a source that is longer than a shard is split.

    Args:
        n_windows: of each source; 0 for a refused one or a duplicate, which still gets its row.
        samples_per_shard: windows that a shard may hold.
        first_shard: number of the first shard.
        first_key: number of the first window.
    """
    source, shard_of, first, count = [], [], [], []
    shard, used, rows = first_shard, 0, 0
    for index, n in enumerate(n_windows.tolist()):
        if rows and (used + n > samples_per_shard or rows >= ROWS_PER_SAMPLE * samples_per_shard):
            shard, used, rows = shard + 1, 0, 0
        for start in range(0, max(n, 1), samples_per_shard):
            if start:
                shard, used, rows = shard + 1, 0, 0
            taken = min(samples_per_shard, n - start)
            source.append(index)
            shard_of.append(shard)
            first.append(start)
            count.append(taken)
            used, rows = used + taken, rows + 1
    counts = np.array(count, np.int32)
    keys = first_key + np.concatenate([[0], np.cumsum(counts, dtype=np.int64)[:-1]]) if count else np.zeros(0, np.int64)
    return Partition(
        np.array(source, np.int64),
        np.array(shard_of, np.int32),
        np.array(first, np.int32),
        counts,
        keys,
        shard + 1 - first_shard if count else 0,
    )


def duplicates(names: list[str], digests: dict[str, str]) -> dict[str, str]:
    """Find inputs with the same bytes.

    Args:
        names: inputs in the order of the plan.
        digests: input → sha256, for those that were hashed; "" where reading failed.

    Returns:
        input → the earlier one that it equals.

    >>> duplicates(["a", "b", "c"], {"a": "1", "b": "2", "c": "1"})
    {'c': 'a'}
    """
    first: dict[str, str] = {}
    found = {}
    for name in names:
        if digest := digests.get(name, ""):
            original = first.setdefault(digest, name)
            if original != name:
                found[name] = original
    return found


def write_plan(
    path: Path, parts: Iterable[pa.Table], where: Partition, digests: dict[str, str], same: dict[str, str]
) -> None:
    """Write the plan's table: the index's rows, each with its place. Streams part by part.

    Args:
        path: the file to make.
        parts: of the index, in order.
        where: the place of every source, over all parts.
        digests: root/path → sha256, where known.
        same: root/path → root/path of the source that it is a duplicate of.
    """
    with naming(path), pq.ParquetWriter(path, PLAN, compression="zstd", write_page_checksum=True) as writer:
        begin = 0
        for table in parts:
            low, high = np.searchsorted(where.source, [begin, begin + table.num_rows])
            places = slice(int(low), int(high))
            rows = table.take(pa.array(where.source[places] - begin))
            names = _names(rows)
            columns = {
                "sha256": [digests.get(name, "") for name in names],
                "duplicate_of": [same.get(name, "") for name in names],
                "shard": where.shard[places],
                "first_window": where.first_window[places],
                "n_windows": where.n_windows[places],
                "first_key": where.first_key[places],
            }
            for column, values in columns.items():
                field = PLAN.field(column)
                rows = rows.set_column(PLAN.get_field_index(column), field, pa.array(values, field.type))
            writer.write_table(rows.cast(PLAN), row_group_size=_ROW_GROUP)
            begin += table.num_rows


def _names(table: pa.Table) -> list[str]:
    return [
        f"{root}/{path}"
        for root, path in zip(table["source_root"].to_pylist(), table["source_path"].to_pylist(), strict=True)
    ]
