"""Where sounds come from: a folder, a file, a list, a tar, Parquet. What a path on the command line is, is decided here."""

import difflib
import hashlib
import os
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


def open_sources(
    inputs: Sequence[str | Path],
    columns: Mapping[str, str] | None = None,
    known: Mapping[str, str] | None = None,
    may_have_moved: bool = False,
) -> list[Source]:
    """Return a source for each input, with names that differ.

    Args:
        inputs: paths as the user gave them, in any order.
        columns: field → column of lists, where the user says so.
        known: name → identity of inputs that a dataset has already; those keep their names.
        may_have_moved: whether an input takes a known name that no other input has a claim to, as when a run is resumed
            after a folder was moved.

    Returns:
        The sources, in order. An input that is not there or is compressed is a `ValueError`, as is a field that does
        not exist.
    """
    check_fields(columns or {})
    known = known or {}
    paths = [Path(path) for path in inputs]
    identities = [_identity_of(path) for path in paths]
    name_of = {identity: name for name, identity in known.items()}
    free = {name for name, identity in known.items() if may_have_moved and identity not in identities}
    taken = set(known) - free
    sources: list[Source] = []
    for path, identity in zip(paths, identities, strict=True):
        name = name_of.get(identity) or _free_name(path, taken)
        taken.add(name)
        source = _open(path, name, columns)
        source.identity = identity
        sources.append(source)
    return sources


def _identity_of(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]


def _free_name(path: Path, taken: set[str]) -> str:
    plain = root_name_of(path if path.is_dir() else path.parent)
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    return name


def _open(path: Path, name: str, columns: Mapping[str, str] | None) -> Source:
    if columns and path.exists() and (path.is_dir() or path.suffix.lower() not in {*_LISTS, ".parquet"}):
        raise ValueError(f"--column is about the columns of a list; --input {path} has none")
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
