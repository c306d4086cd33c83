"""The finished index as columns: a few numbers an input in memory, everything else read from its parts when it is needed.

Inputs are known by their number in the order of the plan. Legend: N inputs, P parts, K inputs asked for.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from mkaudio.pipeline.config import DistillConfig
from mkaudio.shards import Storage, read_stored

_NAME = ["source_root", "source_path"]
_FINGERPRINT = [*_NAME, "size_bytes", "mtime_ns", "labels"]
_WINDOWS = ["refusal", "n_frames", "sample_rate_hz"]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index pass keeps in memory: 16 bytes an input.

    Args:
        storage: of the dataset.
        parts: files of the index, P of them.
        begins: number of the first input of each part, and at the end the number of all inputs: (P + 1,).
        sizes: bytes of each input, (N,).
        n_windows: of each input, 0 where refused: (N,).
        fingerprint: sha256 over names, sizes, times and labels.
    """

    storage: Storage
    parts: list[str]
    begins: NDArray[np.int64]
    sizes: NDArray[np.int64]
    n_windows: NDArray[np.int64]
    fingerprint: str

    def rows_of(self, inputs: NDArray[np.int64], columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Read some inputs, part by part; a part that holds none of them is not opened.

        Args:
            inputs: ascending numbers, (K,).
            columns: to read; all where None.

        Yields:
            The rows, in order.
        """
        for path, begin, span in zip(self.parts, self.begins[:-1], self.spans(inputs), strict=True):
            if span.start < span.stop:
                yield read_stored(self.storage, path, columns).take(pa.array(inputs[span] - begin))

    def spans(self, inputs: NDArray[np.int64]) -> Iterator[slice]:
        """Return for each part which of some inputs lie in it, as a range of their positions.

        Args:
            inputs: ascending numbers, (K,).
        """
        return (slice(low, high) for low, high in pairwise(np.searchsorted(inputs, self.begins).tolist()))

    def names_of(self, inputs: NDArray[np.int64]) -> pa.Array:
        """Return the names of some inputs, in one array of `large_string`.

        Args:
            inputs: ascending numbers, (K,).
        """
        named = [names(rows) for rows in self.rows_of(inputs, _NAME)]
        return pa.concat_arrays([pa.array([], pa.large_string()), *named])


def read_indexed(storage: Storage, parts: Sequence[str], config: DistillConfig) -> Indexed:
    """Read what the plan needs of every input, part by part.

    Args:
        storage: of the dataset.
        parts: the index, in order.
        config: length of a window.
    """
    begins, sizes, windows, fingerprint = [0], [], [], Fingerprint()
    for path in parts:
        table = read_stored(storage, path, [*_FINGERPRINT, *_WINDOWS])
        begins.append(begins[-1] + table.num_rows)
        sizes.append(table["size_bytes"].to_numpy())
        windows.append(_windows_of(table, config))
        fingerprint.update(table.select(_FINGERPRINT))
    return Indexed(storage, list(parts), np.array(begins), _joined(sizes), _joined(windows), fingerprint.hexdigest())


def names(table: pa.Table) -> pa.Array:
    """Return root/path of every row, as `large_string`: a `string` array ends at 2 GB.

    Args:
        table: with the columns `source_root` and `source_path`.
    """
    columns = (table[column].cast(pa.large_string()) for column in _NAME)
    return pc.binary_join_element_wise(*columns, pa.scalar("/", pa.large_string())).combine_chunks()


class Fingerprint:
    """A sha256 over the values of columns: the same however the rows are cut into tables and these lie in memory."""

    def __init__(self) -> None:
        self._streams: dict[str, hashlib._Hash] = {}

    def update(self, table: pa.Table) -> None:
        """Add rows.

        Args:
            table: columns of text, of lists of text and of whole numbers, without nulls.
        """
        for column in table.column_names:
            for what, data in _streams_of(table[column].combine_chunks()):
                self._streams.setdefault(f"{column} {what}", hashlib.sha256()).update(data)

    def hexdigest(self) -> str:
        """Return the sha256 over all streams."""
        lines = [f"{name} {stream.hexdigest()}\n" for name, stream in sorted(self._streams.items())]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def _streams_of(values: pa.Array) -> Iterator[tuple[str, bytes | memoryview]]:
    """Yield the content of a column as byte streams; lengths apart from text, so that no two contents look alike."""
    if pa.types.is_list(values.type):
        yield "counts", _bytes_of(pc.list_value_length(values))
        values = values.flatten()
    if pa.types.is_integer(values.type):
        yield "numbers", _bytes_of(values)
        return
    yield "lengths", _bytes_of(pc.binary_length(values))
    _, offsets, text = values.buffers()
    is_empty = text is None or not len(values)  # Arrow may then leave out both buffers
    ends = [0, 0] if is_empty else np.frombuffer(offsets, np.int32)[[values.offset, values.offset + len(values)]]
    yield "text", b"" if is_empty else memoryview(text)[ends[0] : ends[1]]


def _bytes_of(numbers: pa.Array) -> bytes:
    return bytes(numbers.to_numpy(zero_copy_only=False).astype("<i8").data)


def _windows_of(table: pa.Table, config: DistillConfig) -> NDArray[np.int64]:
    rates_hz, which = np.unique(table["sample_rate_hz"].to_numpy(), return_inverse=True)
    window_frames = np.array([config.window_frames(rate_hz) for rate_hz in rates_hz.tolist()], np.int64)[which]
    usable = pc.equal(table["refusal"], "").to_numpy()
    return np.where(usable, -(-table["n_frames"].to_numpy() // window_frames), 0)


def _joined(arrays: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *arrays])
