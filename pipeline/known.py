"""What earlier generations of a dataset have, for `--append`.

In memory as a whole: some 1,000 bytes an input at most, measured at a million.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mkaudio.pipeline.duplicates import SHA256_BYTES, Digests
from mkaudio.pipeline.indexed import names
from mkaudio.shards import FILTERED, DatasetInfo, Storage, plan_files, shard_files, tables_of

_NAME = ["source_root", "source_path"]


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier generations have: nothing for the first. What was refused there is tried again. U known sounds.

    Args:
        inputs: (root/path, size, time) of those whose sound is in the dataset, or was left out by its filters.
        sizes: bytes of planned inputs, each once, ascending.
        sha256: of the sounds, (U,) of 32 bytes each.
        names: root/path of each, (U,) of `large_string`.
    """

    inputs: frozenset[tuple[str, int, int]]
    sizes: NDArray[np.int64]
    sha256: pa.Array
    names: pa.Array

    def find(self, digests: Digests) -> NDArray[np.int64]:
        """Return for each hashed input its position in `names`, or -1 where its sound is new.

        Args:
            digests: of H inputs.

        Returns:
            Positions, (H,).
        """
        found = pc.index_in(_binary(digests.sha256), value_set=self.sha256)
        return np.asarray(pc.fill_null(found, -1), np.int64)


def known(storage: Storage, info: DatasetInfo) -> Known:
    """Read what a dataset has.

    Args:
        storage: of the dataset.
        info: its description.
    """
    if not info.generations:
        nothing = np.zeros((0, SHA256_BYTES), np.uint8)
        return Known(frozenset(), np.zeros(0, np.int64), _binary(nothing), pa.array([], pa.large_string()))
    # A row a window: the last source of each sha256, as it was before there was more than one.
    manifests = [shard_files(shard, info.scorer)["manifest"] for shard in range(info.n_shards)]
    windows = tables_of(storage, manifests).to_table([*_NAME, "source_sha256"])
    windows = pa.table({"name": names(windows), "sha256": windows["source_sha256"]})
    sounds = windows.group_by("sha256", use_threads=False).aggregate([("name", "last")])
    there = windows["name"].unique()
    plans = tables_of(storage, plan_files(info)).to_table([
        *_NAME,
        "size_bytes",
        "mtime_ns",
        "duplicate_of",
        "n_windows",
    ])
    name, original = names(plans), plans["duplicate_of"].cast(pa.large_string())
    # What was read and left out as a whole would be again: the filters are the dataset's.
    read = pc.and_(pc.greater(plans["n_windows"], 0), pc.invert(pc.is_in(name, value_set=_refused(storage, info))))
    known_names = pa.concat_arrays([there, pc.filter(name, read).unique()])
    have = pc.or_(pc.is_in(name, value_set=known_names), pc.is_in(original, value_set=known_names))
    columns = (pc.filter(column, have).to_pylist() for column in (name, plans["size_bytes"], plans["mtime_ns"]))
    return Known(
        frozenset(zip(*columns, strict=True)),
        np.unique(plans["size_bytes"].to_numpy()),
        _binary(_unhex(sounds["sha256"])),
        sounds["name_last"].combine_chunks(),
    )


def _refused(storage: Storage, info: DatasetInfo) -> pa.Array:
    """Return root/path of every input of which anything was refused rather than filtered."""
    quarantine = tables_of(storage, [shard_files(shard, info.scorer)["quarantine"] for shard in range(info.n_shards)])
    return names(quarantine.to_table([*_NAME, "reason"], filter=~pc.field("reason").isin(sorted(FILTERED)))).unique()


def _binary(sha256: NDArray[np.uint8]) -> pa.Array:
    buffers = [None, pa.py_buffer(np.ascontiguousarray(sha256))]
    return pa.Array.from_buffers(pa.binary(SHA256_BYTES), len(sha256), buffers)


def _unhex(digests: pa.ChunkedArray) -> NDArray[np.uint8]:
    blocks = [bytes.fromhex("".join(chunk.to_pylist())) for chunk in digests.chunks]
    return np.frombuffer(b"".join(blocks), np.uint8).reshape(-1, SHA256_BYTES)
