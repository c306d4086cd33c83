"""Where sounds come from: a folder, a file, a list, a tar, Parquet. What a path on the command line is, is decided here."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from mkaudio.pipeline.sources.columns import check_fields
from mkaudio.pipeline.sources.folder import FolderSource
from mkaudio.pipeline.sources.listing import ListSource
from mkaudio.pipeline.sources.parquet_audio import ParquetSource, audio_column
from mkaudio.pipeline.sources.source import Input, Source, root_name_of
from mkaudio.pipeline.sources.tar import TarSource

__all__ = ["Input", "Source", "open_sources"]

_LISTS = (".csv", ".tsv", ".jsonl", ".ndjson")


def open_sources(inputs: Sequence[str | Path], columns: Mapping[str, str] | None = None) -> list[Source]:
    """Return a source for each input, with names that differ.

    Args:
        inputs: paths as the user gave them.
        columns: field → column of lists, where the user says so.

    Returns:
        The sources, in order. An input that is not there or is compressed is a `ValueError`, as is a field that does
        not exist.
    """
    check_fields(columns or {})
    sources: list[Source] = []
    names: set[str] = set()
    for path in map(Path, inputs):
        plain = root_name_of(path if path.is_dir() else path.parent)
        name, number = plain, 1
        while name in names:
            number += 1
            name = f"{plain}-{number}"
        names.add(name)
        sources.append(_open(path, name, columns))
    return sources


def _open(path: Path, name: str, columns: Mapping[str, str] | None) -> Source:
    if path.is_dir():
        return FolderSource(path, name)
    if not path.exists() and not path.is_symlink():
        raise ValueError(f"--input {path}: no such file or folder{_nearest(path)}")
    ending = path.suffix.lower()
    if path.name.lower().endswith((".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2")):
        raise ValueError(
            f"--input {path}: a compressed tar cannot be read in place: unpack it first (gunzip, zstd -d, ...)"
        )
    if ending == ".tar":
        return TarSource(path, name)
    if ending == ".parquet" and audio_column(path) is not None:
        return ParquetSource(path, name, columns)
    if ending in {*_LISTS, ".parquet"}:
        return ListSource(path, name, columns)
    return FolderSource(path.parent, name, only=path.name)


def _nearest(path: Path) -> str:
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, siblings, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""
