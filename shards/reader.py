"""Reading samples back: by key, by offset, in order. Needs the manifest and the tars, nothing else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mkaudio.shards.audio_codec import decode_flac
from mkaudio.shards.dataset import read_dataset_info
from mkaudio.shards.naming import MEMBERS, shard_files
from mkaudio.shards.open_storage import open_storage
from mkaudio.shards.schema import read_table


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored sample: its manifest row and its members as bytes, in `MEMBERS` order."""

    row: dict[str, Any]
    flac: bytes
    json: bytes
    txt: bytes

    @property
    def key(self) -> str:
        """The sample's key."""
        return str(self.row["key"])

    @property
    def prompt(self) -> str:
        """The prompt in the tar."""
        return self.txt.decode()

    def fields(self) -> dict[str, Any]:
        """Return the JSON member."""
        return dict(json.loads(self.json))

    def waveform(self) -> tuple[NDArray[np.float32], int]:
        """Return the sound (C, T) and its rate in Hz."""
        return decode_flac(self.flac)


class DatasetReader:
    """Random and ordered access to a dataset.

    Args:
        dataset: its folder, or the address of one in an object store.
    """

    def __init__(self, dataset: str | Path) -> None:
        self._storage = open_storage(dataset)
        self.info = read_dataset_info(self._storage)

    def __iter__(self) -> Iterator[Sample]:
        """Yield every sample, in key order."""
        for shard in range(self.info.n_shards):
            rows = self._rows(shard)
            with self._open(shard, "shards") as tar:
                for row in rows:
                    yield _read(tar, row)

    def sample(self, key: str) -> Sample:
        """Return one sample.

        Args:
            key: as in the manifest.

        Raises:
            KeyError: the dataset has no such sample.
        """
        for shard in range(self.info.n_shards):
            if key in self._table(shard, ["key"])["key"].to_pylist():
                row = next(row for row in self._rows(shard) if row["key"] == key)
                with self._open(shard, "shards") as tar:
                    return _read(tar, row)
        raise KeyError(f"{self._storage.address}: no sample {key}")

    def _rows(self, shard: int) -> list[dict[str, Any]]:
        return list(self._table(shard).to_pylist())

    def _table(self, shard: int, columns: list[str] | None = None) -> pa.Table:
        with self._open(shard, "manifest") as handle:
            return read_table(handle, columns)

    def _open(self, shard: int, table: str) -> BinaryIO:
        return self._storage.open(shard_files(shard, self.info.scorer)[table])


def _read(tar: Any, row: dict[str, Any]) -> Sample:
    members = []
    for member in MEMBERS:
        tar.seek(row[f"{member}_offset"])
        members.append(tar.read(row[f"{member}_size"]))
    return Sample(row, *members)
