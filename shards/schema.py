"""The Parquet schemas of a dataset, and the one way in which its tables are written and read.

Unknown text is "", never null: Hugging Face infers a type from the first rows. Scores are float64, so that
`score >= 0.7` in SQL means what it says after rounding to four decimals.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from mkaudio.shards.disk import naming
from mkaudio.shards.storage import Storage

SCHEMA_VERSION = 1


def _fields(*columns: tuple[str, pa.DataType], nullable: Sequence[str] = ()) -> pa.Schema:
    return pa.schema([pa.field(name, kind, nullable=name in nullable) for name, kind in columns])


def _struct(*columns: tuple[str, pa.DataType], nullable: Sequence[str] = ()) -> pa.StructType:
    return pa.struct([pa.field(name, kind, nullable=name in nullable) for name, kind in columns])


_TEXTS = pa.list_(pa.field("item", pa.string(), nullable=False))
_EVENT = _struct(
    ("label", pa.string()), ("start_s", pa.float64()), ("end_s", pa.float64()), ("confidence", pa.float64())
)
_PART = _struct(
    ("origin", pa.string()),
    ("key", pa.string()),
    ("label", pa.string()),
    ("source_start_s", pa.float64()),
    ("start_s", pa.float64()),
    ("end_s", pa.float64()),
    ("gain_db", pa.float64()),
    ("snr_db", pa.float64()),
    ("fade_in_s", pa.float64()),
    ("fade_out_s", pa.float64()),
    ("licence", pa.string()),
    ("attribution", pa.string()),
    nullable=("snr_db",),
)
_SLOT = _struct(("name", pa.string()), ("words", pa.string()))
_COMPOSITION = _struct(
    ("seed", pa.int64()),
    ("epoch", pa.int64()),
    ("index", pa.int64()),
    ("n_drawn", pa.int8()),
    ("relation", pa.string()),
    ("template", pa.string()),
    ("slots", pa.list_(pa.field("item", _SLOT, nullable=False))),
    ("fallback", pa.string()),
    ("gain_db", pa.float64()),
)

_SOURCE = (("source_root", pa.string()), ("source_path", pa.string()))
_BESIDE = (
    ("labels", _TEXTS),
    ("language", pa.string()),
    ("group", pa.string()),
    ("licence", pa.string()),
    ("attribution", pa.string()),
    ("source_url", pa.string()),
)

PLAN = _fields(
    *_SOURCE,
    ("kind", pa.string()),
    ("size_bytes", pa.int64()),
    ("mtime_ns", pa.int64()),
    ("offset", pa.int64()),
    ("container", pa.string()),
    ("decoder", pa.string()),
    ("sample_rate_hz", pa.int32()),
    ("channels", pa.int32()),
    ("n_frames", pa.int64()),
    ("bit_depth", pa.int8()),
    ("sha256", pa.string()),
    ("duplicate_of", pa.string()),
    ("refusal", pa.string()),
    ("refusal_message", pa.string()),
    *_BESIDE,
    ("shard", pa.int32()),
    ("first_window", pa.int32()),
    ("n_windows", pa.int32()),
    ("first_key", pa.int64()),
)
"""A row per (source, range of windows); a refused or duplicate source has a row with no windows."""

MANIFEST = _fields(
    ("key", pa.string()),
    *_SOURCE,
    ("source_sha256", pa.string()),
    ("start_s", pa.float64()),
    ("duration_s", pa.float64()),
    ("n_frames", pa.int64()),
    ("sample_rate_hz", pa.int32()),
    ("channels", pa.int32()),
    ("bit_depth", pa.int8()),
    ("prompt", pa.string()),
    ("expert", pa.string()),
    ("score", pa.float64()),
    ("score_percentile", pa.float64()),
    ("scorer", pa.string()),
    ("n_events", pa.int32()),
    ("events", pa.list_(pa.field("item", _EVENT, nullable=False))),
    ("rms_dbfs", pa.float64()),
    ("peak_dbfs", pa.float64()),
    ("speech_share", pa.float64()),
    ("music_share", pa.float64()),
    *_BESIDE,
    ("parts", pa.list_(pa.field("item", _PART, nullable=False))),
    ("composition", _COMPOSITION),
    *((f"{member}_{what}", pa.int64()) for member in ("flac", "json", "txt") for what in ("offset", "size")),
    nullable=("score_percentile", "parts", "composition"),
)
"""A row per committed clip. `parts` and `composition` are the provenance of a composed one (`composition.py`), null for a
recording."""

CANDIDATES = _fields(
    ("key", pa.string()),
    ("candidate", pa.int32()),
    ("expert", pa.string()),
    ("expert_version", pa.string()),
    ("proposed", pa.string()),
    ("mendings", _TEXTS),
    ("text", pa.string()),
    ("n_events", pa.int32()),
    ("score", pa.float64()),
    ("score_percentile", pa.float64()),
    ("scorer", pa.string()),
    ("rank", pa.int32()),
    ("decision", pa.string()),
    ("reason", pa.string()),
    nullable=("score", "score_percentile", "rank"),
)
"""The ledger: a row per candidate caption, kept or not. `candidate` counts inside the clip; `rank` 0 is the best, null
where a candidate was not to be chosen. `score_percentile` is null where the shard has one source.

`proposed` is what the expert wrote, `text` what lint made of it, `mendings` how. A candidate that lint refused has
`decision` "refused" and lint's code as the reason, its text stays as proposed; it was not scored, so score and rank are null.
"""

SELECTION = _fields(
    ("key", pa.string()),
    ("rank", pa.int32()),
    ("candidate", pa.int32()),
    ("prompt", pa.string()),
    ("expert", pa.string()),
    ("score", pa.float64()),
    ("score_percentile", pa.float64()),
    ("scorer", pa.string()),
    ("n_events", pa.int32()),
    nullable=("score_percentile",),
)
"""A row per prompt that is selected: which candidate of its clip it is. `rank` 0 is the clip's prompt; a selection of the
best k has up to k rows a clip, best first."""

QUARANTINE = _fields(
    *_SOURCE,
    ("window", pa.int32()),
    ("n_windows", pa.int32()),
    ("stage", pa.string()),
    ("reason", pa.string()),
    ("message", pa.string()),
    nullable=("window",),
)
"""A row per refused input or left-out window. `window` is null where the source as a whole is meant."""


def embeddings_schema(dimensions: int) -> pa.Schema:
    """Return the schema of audio embeddings: float16, so that new captions can be scored without the sound.

    Args:
        dimensions: D, the length of a scorer's vectors.
    """
    return _fields(("key", pa.string()), ("embedding", pa.list_(pa.field("item", pa.float16(), False), dimensions)))


def write_table(path: Path, columns: pa.Table | Sequence[dict[str, Any]], schema: pa.Schema) -> None:
    """Write rows as Parquet with page checksums; the same rows give the same bytes.

    Args:
        path: the file to make; its folder exists.
        columns: a table, or one dictionary a row.
        schema: one of this module.
    """
    table = columns if isinstance(columns, pa.Table) else pa.Table.from_pylist(list(columns), schema=schema)
    with naming(path):
        pq.write_table(table.cast(schema), path, compression="zstd", write_page_checksum=True)


def read_stored(storage: Storage, name: str, columns: list[str] | None = None) -> pa.Table:
    """Read one Parquet file of a dataset and check its page checksums.

    Args:
        storage: of the dataset.
        name: the file.
        columns: names to read; all where None.
    """
    with storage.open(name) as handle:
        return read_table(handle, columns)


def tables_of(storage: Storage, names: Sequence[str]) -> Any:
    """Return several Parquet files of one schema as a `pyarrow.dataset.Dataset`.

    Args:
        storage: of the dataset.
        names: the files; a missing one is a `FileNotFoundError`.
    """
    import pyarrow.dataset as pads  # loads pandas

    file_system, prefix = storage.arrow()
    return pads.dataset([f"{prefix}/{name}" for name in names], format="parquet", filesystem=file_system)


def read_table(file: Path | BinaryIO, columns: list[str] | None = None) -> pa.Table:
    """Read one Parquet file and check its page checksums.

    Args:
        file: its path, or open.
        columns: names to read; all where None.
    """
    # one thread: those of Arrow may let go of a Python file only when the interpreter is gone, which aborts the process
    return pq.ParquetFile(file, page_checksum_verification=True).read(columns=columns, use_threads=False)
