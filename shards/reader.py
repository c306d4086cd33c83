"""Reading samples back: by key, by offset, in order. Needs the manifest and the tars, and a selection where one is named."""

import json
from collections.abc import Iterator, Sequence
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
from mkaudio.shards.selections import check_selection, read_selection

_PROMPTS = "prompts of the selection"
"""Beside the columns of a manifest row while a sample is read."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A stored sample.

    Args:
        row: of the manifest; where a selection is read, prompt, expert, score, … are those of its first prompt.
        flac: the sound.
        json: the JSON member as it lies in the tar.
        txt: the prompt as it lies in the tar.
        prompts: what is selected, the best first; one in most selections.
    """

    row: dict[str, Any]
    flac: bytes
    json: bytes
    txt: bytes
    prompts: tuple[str, ...]

    @property
    def key(self) -> str:
        """The sample's key."""
        return str(self.row["key"])

    @property
    def prompt(self) -> str:
        """The first of the prompts."""
        return self.prompts[0]

    def fields(self) -> dict[str, Any]:
        """Return the JSON member, which knows of distill's prompt only."""
        return dict(json.loads(self.json))

    def waveform(self) -> tuple[NDArray[np.float32], int]:
        """Return the sound (C, T) and its rate in Hz."""
        return decode_flac(self.flac)


class DatasetReader:
    """Random and ordered access to a dataset.

    Args:
        dataset: its folder, or the address of one in an object store.
        selection: which prompts, and which clips: those that it has. None gives every clip with the prompt in its tar.
    """

    def __init__(self, dataset: str | Path, selection: str | None = None) -> None:
        self._storage = open_storage(dataset)
        self.info = read_dataset_info(self._storage)
        self._selection = selection
        if selection is not None:
            check_selection(self._storage, self.info, selection)

    def __iter__(self) -> Iterator[Sample]:
        """Yield every sample, or every selected one, in key order."""
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
            KeyError: the dataset, or the selection, has no such sample.
        """
        for shard in range(self.info.n_shards):
            if key in self._table(shard, ["key"])["key"].to_pylist():
                for row in self._rows(shard):
                    if row["key"] == key:
                        with self._open(shard, "shards") as tar:
                            return _read(tar, row)
                raise KeyError(f"{self._storage.address}: selection {self._selection} leaves out {key}")
        raise KeyError(f"{self._storage.address}: no sample {key}")

    def samples(self, shard: int, keys: Sequence[str]) -> list[Sample]:
        """Return some samples of one shard, which is opened once.

        Args:
            shard: number of the shard.
            keys: which, in any order; one may be there twice.

        Raises:
            KeyError: the shard has no such sample.
        """
        rows = {row["key"]: row for row in self._rows(shard)}
        missing = [key for key in keys if key not in rows]
        if missing:
            raise KeyError(f"{self._storage.address}: no sample {missing[0]} in shard {shard}")
        with self._open(shard, "shards") as tar:
            return [_read(tar, rows[key]) for key in keys]

    def _rows(self, shard: int) -> list[dict[str, Any]]:
        rows = self._table(shard).to_pylist()
        if self._selection is None:
            return [row | {_PROMPTS: (row["prompt"],)} for row in rows]
        selected: dict[str, list[dict[str, Any]]] = {}
        for line in read_selection(self._storage, self._selection, shard).to_pylist():
            selected.setdefault(line["key"], []).append(line)
        return [_with_prompts(row, selected[row["key"]]) for row in rows if row["key"] in selected]

    def _table(self, shard: int, columns: list[str] | None = None) -> pa.Table:
        with self._open(shard, "manifest") as handle:
            return read_table(handle, columns)

    def _open(self, shard: int, table: str) -> BinaryIO:
        return self._storage.open(shard_files(shard, self.info.scorer)[table])


def _read(tar: Any, row: dict[str, Any]) -> Sample:
    members = {}
    for member in MEMBERS:
        tar.seek(row[f"{member}_offset"])
        members[member] = tar.read(row[f"{member}_size"])
    own = {name: value for name, value in row.items() if name != _PROMPTS}  # the row may be asked for again
    return Sample(own, **members, prompts=row[_PROMPTS])


def _with_prompts(row: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a manifest row with what a selection says of the clip, which stands there the best first."""
    first = {name: value for name, value in lines[0].items() if name in row}
    return row | first | {_PROMPTS: tuple(line["prompt"] for line in lines)}
