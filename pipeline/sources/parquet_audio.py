"""Parquet with the sounds in it, as Hugging Face datasets store them: a struct with bytes, or a binary column."""

import io
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mkaudio.pipeline.sources.address import Address
from mkaudio.pipeline.sources.columns import resolve_columns
from mkaudio.pipeline.sources.escape import JOINT, escape_path
from mkaudio.pipeline.sources.notes import notes_of_row
from mkaudio.pipeline.sources.places import bytes_of, place_of
from mkaudio.pipeline.sources.source import Input, Source, root_name_of
from mkaudio.shards.reasons import Reason, Refusal

_NAMES = ("audio", "bytes", "wav", "flac", "mp3", "ogg", "content", "sound")
_BATCH_ROWS = 64


def audio_column(path: Path | Address) -> str | None:
    """Return the column that holds sounds; None where there is none.

    Args:
        path: a Parquet file.

    Raises:
        ValueError: it is not Parquet.
    """
    try:
        with _buffered(path) as handle:
            return _audio_column(pq.read_schema(handle))
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{path}: cannot be read as Parquet: {error}") from error


def _audio_column(schema: pa.Schema) -> str | None:
    return next((name for name in _NAMES if name in schema.names and _bytes_of(schema.field(name).type)), None)


def _buffered(path: Path | Address) -> io.BufferedReader:
    """Open for pyarrow, which takes what a read gives for all that there is."""
    return io.BufferedReader(cast(io.RawIOBase, place_of(path).open(bytes_of(path))))


class ParquetSource(Source):
    """The sounds of one Parquet file, a row each.

    Args:
        path: the file.
        root_name: name of its folder in the dataset; the folder's own where None.
        columns: field → column, where the user says so.
    """

    def __init__(
        self, path: Path | Address, root_name: str | None = None, columns: Mapping[str, str] | None = None
    ) -> None:
        self.root: Path | Address = path.parent
        self.root_name = root_name or root_name_of(path.parent)
        self.identity = ""
        self.ignored: Counter[str] = Counter()
        self._path, self._columns = path, dict(columns or {})
        self._cached: tuple[int, int, pa.Table] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_cached": None}

    def inputs(self) -> Iterator[Input]:
        """Yield every row, in order; one without sound is refused."""
        self.ignored.clear()
        self._cached = None
        _, mtime_ns, refusal = place_of(self._path).look_at(bytes_of(self._path))
        name = escape_path(os.fsencode(self._path.name))
        if refusal:
            yield Input(name, "parquet", refusal=refusal)
            return
        with _buffered(self._path) as handle:
            file = pq.ParquetFile(handle)
            sound = _audio_column(file.schema_arrow)
            assert sound is not None, "open_sources looked at the schema"
            yield from self._inputs(file, sound, name, mtime_ns)

    def _inputs(self, file: pq.ParquetFile, sound: str, name: str, mtime_ns: int) -> Iterator[Input]:
        others = [column for column in file.schema_arrow.names if column != sound]
        columns = resolve_columns(others, self._columns)
        digits = len(str(file.metadata.num_rows))
        for number, (length, row, refusal) in enumerate(_rows(file, sound, others)):
            if length is None and refusal is None:
                refusal = Refusal(Reason.MISSING, f"row {number} holds no sound")
            path = f"{name}{JOINT}{number:0{digits}d}"
            item = Input(path, "parquet", length or 0, mtime_ns, number, refusal=refusal)
            yield item.with_notes(notes_of_row(row, columns))

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of a row; its row group is kept, since the next row is likely in it.

        Args:
            item: what `inputs` yielded.

        Returns:
            A seekable binary file in memory.

        Raises:
            Refusal: what the listing said; VANISHED, CHANGED or UNREADABLE.
        """
        place_of(self._path).check(bytes_of(self._path), item)
        try:
            if self._cached is None or not self._cached[0] <= item.offset < self._cached[1]:
                self._cached = self._row_group(item.offset)
        except (OSError, pa.ArrowException) as error:
            raise Refusal(Reason.UNREADABLE, _damage(error)) from error
        begin, _, table = self._cached
        cell = table.column(0)[item.offset - begin].as_py()
        return io.BytesIO(cell["bytes"] if isinstance(cell, dict) else cell)

    def _row_group(self, number: int) -> tuple[int, int, pa.Table]:
        begin = 0
        with _buffered(self._path) as handle:
            file = pq.ParquetFile(handle)
            for group in range(file.metadata.num_row_groups):
                end = begin + file.metadata.row_group(group).num_rows
                if number < end:
                    return begin, end, file.read_row_group(group, columns=[_audio_column(file.schema_arrow)])
                begin = end
        raise Refusal(Reason.CHANGED, f"it has {begin} rows now")


def _rows(
    file: pq.ParquetFile, sound: str, others: list[str]
) -> Iterator[tuple[int | None, dict[str, object], Refusal | None]]:
    """Yield (length of the sound, its other cells, None), and for rows of a damaged row group why there is nothing."""
    for group in range(file.metadata.num_row_groups):
        left = file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group]):
                lengths = pc.binary_length(_sounds(batch.column(sound))).to_pylist()
                for length, row in zip(lengths, batch.select(others).to_pylist(), strict=True):
                    left -= 1
                    yield length, row, None
        except (OSError, pa.ArrowException) as error:
            yield from [(None, {}, Refusal(Reason.UNREADABLE, _damage(error)))] * left


def _damage(error: Exception) -> str:
    return f"its row group is damaged: {' '.join(str(error).split())}; write the file again"


def _bytes_of(kind: pa.DataType) -> bool:
    if pa.types.is_struct(kind):
        return any(kind.field(n).name == "bytes" and _bytes_of(kind.field(n).type) for n in range(kind.num_fields))
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _sounds(column: Any) -> Any:
    return pc.struct_field(column, "bytes") if pa.types.is_struct(column.type) else column
