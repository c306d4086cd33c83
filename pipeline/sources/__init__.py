"""Where sounds come from: a folder, a file, a list, a tar, Parquet, on disk or in an object store.

What a path or an address on the command line is, is decided here.
"""

import difflib
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mkaudio.pipeline.sources.address import Address, path_or_address
from mkaudio.pipeline.sources.columns import check_fields
from mkaudio.pipeline.sources.folder import FolderSource
from mkaudio.pipeline.sources.listing import ListSource
from mkaudio.pipeline.sources.parquet_audio import ParquetSource, audio_column
from mkaudio.pipeline.sources.remote import folder_or_file
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
        inputs: paths, or addresses as s3://bucket/folder, as the user gave them, in any order.
        columns: field → column of lists, where the user says so.
        known: name → identity of inputs that a dataset has already; those keep their names.
        may_have_moved: whether an input takes a known name that no other input has a claim to, as when a run is resumed
            after a folder was moved.

    Returns:
        The sources, in order. An input that is not there, is compressed or lies in a store that cannot be reached is a
        `ValueError`, as is a field that does not exist.
    """
    check_fields(columns or {})
    known = known or {}
    paths = [path_or_address(path) for path in inputs]
    folders = [_is_folder(path) for path in paths]
    identities = [_identity_of(path) for path in paths]
    name_of = {identity: name for name, identity in known.items()}
    free = {name for name, identity in known.items() if may_have_moved and identity not in identities}
    taken = set(known) - free
    sources: list[Source] = []
    for path, is_folder, identity in zip(paths, folders, identities, strict=True):
        name = name_of.get(identity) or _free_name(path if is_folder else path.parent, taken)
        taken.add(name)
        source = _open(path, is_folder, name, columns)
        source.identity = identity
        sources.append(source)
    return sources


def _is_folder(path: Path | Address) -> bool:
    return folder_or_file(path) if isinstance(path, Address) else path.is_dir()


def _identity_of(path: Path | Address) -> str:
    where = str(path).encode() if isinstance(path, Address) else os.fsencode(path.resolve())
    return hashlib.sha256(where).hexdigest()[:16]


def _free_name(folder: Path | Address, taken: set[str]) -> str:
    plain = root_name_of(folder)
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    return name


def _open(path: Path | Address, is_folder: bool, name: str, columns: Mapping[str, str] | None) -> Source:
    is_there = isinstance(path, Address) or path.exists()
    if columns and is_there and (is_folder or path.suffix.lower() not in {*_LISTS, ".parquet"}):
        raise ValueError(f"--column is about the columns of a list; --input {path} has none")
    if is_folder:
        return FolderSource(_fixed(path), name)
    if not isinstance(path, Address) and not path.exists() and not path.is_symlink():
        raise ValueError(f"--input {path}: no such file or folder{_nearest(path)}")
    ending = path.suffix.lower()
    if path.name.lower().endswith((".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2")):
        raise ValueError(
            f"--input {path}: a compressed tar cannot be read in place: unpack it first (gunzip, zstd -d, ...)"
        )
    path = _fixed(path)
    if ending == ".tar":
        return TarSource(path, name)
    if ending == ".parquet" and audio_column(path) is not None:
        return ParquetSource(path, name, columns)
    if ending in {*_LISTS, ".parquet"}:
        return ListSource(path, name, columns)
    return FolderSource(path.parent, name, only=path.name)


def _fixed(path: Path | Address) -> Path | Address:
    """Return where a path leads from any working directory: workers have other ones."""
    return path if isinstance(path, Address) else path.absolute()


def _nearest(path: Path) -> str:
    siblings = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = difflib.get_close_matches(path.name, siblings, n=1)
    return f"; did you mean {path.parent / near[0]}?" if near else ""
