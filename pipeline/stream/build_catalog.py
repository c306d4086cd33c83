"""From a dataset's tables to a catalog, shard by shard, so that memory does not grow with the dataset."""

import hashlib
import os
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mkaudio.pipeline.alone import alone
from mkaudio.pipeline.split import Split
from mkaudio.pipeline.stream.catalog import Catalog
from mkaudio.pipeline.stream.catalog_files import (
    ABOUT,
    CLIP_SCHEMA,
    CLIPS,
    SHARD_SCHEMA,
    SHARDS,
    VERSION,
    is_whole,
    stream_cache,
)
from mkaudio.pipeline.stream.origins import ORIGIN_COLUMNS, origins_of
from mkaudio.shards import (
    DATASET_FILE,
    DEFAULT_SELECTION,
    DatasetInfo,
    LocalStorage,
    Storage,
    check_selection,
    naming,
    open_storage,
    read_dataset_info,
    read_marker,
    read_selection,
    read_stored,
    sealed,
    selection_marker,
    sha256_of,
    shard_files,
)

_COMMITS = "commits"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which clips of which dataset."""

    storage: Storage
    info: DatasetInfo
    selection: str | None
    allow_partial: bool
    split: Split | None


def open_catalog(
    dataset: str | Path | Storage,
    selection: str | None = None,
    cache: str | Path | None = None,
    allow_partial: bool = False,
    split: Split | None = None,
) -> Catalog:
    """Return the catalog of a dataset, made where there is no whole one. Several processes may ask at once.

    Args:
        dataset: its folder, or the address of one in an object store.
        selection: which prompts, and which clips: those that it has. None for every clip that has a prompt.
        cache: folder; None for the user's.
        allow_partial: take the shards that are committed where the dataset is not finished.
        split: which part of the clips; None for all. Fingerprint and longest clip are those of all.

    Returns:
        It has at least one clip. No such dataset or selection, an unfinished dataset, or no clip in it is a `ValueError`.
    """
    storage = open_storage(dataset)
    info = read_dataset_info(storage)
    if selection is not None:
        check_selection(storage, info, selection)
    wanted = _Wanted(storage, info, selection, allow_partial, split)
    folder = stream_cache(cache) / "catalogs" / _name(wanted)
    if not is_whole(folder):
        with alone(folder):
            if not is_whole(folder):  # another process may have been at it
                _build(wanted, folder)
    return Catalog(folder)


def _name(wanted: _Wanted) -> str:
    """Return a hash of what decides the catalog, in few reads: description, markers by state, the selection's marker."""
    storage = wanted.storage
    digest = hashlib.sha256(f"{VERSION} {_place(storage)} {wanted.selection} {wanted.allow_partial}".encode())
    if wanted.split is not None:
        digest.update(f"{wanted.split.part} {wanted.split.val_share!r}".encode())
    with storage.open(DATASET_FILE) as handle:
        digest.update(handle.read())
    for name in storage.names(_COMMITS):
        # a marker of a store is put on condition that there is none, so its name says enough: no request for each
        state = storage.state(name) if isinstance(storage, LocalStorage) else None
        digest.update(f"{name} {state}\n".encode())
    if wanted.selection not in (None, DEFAULT_SELECTION):
        with storage.open(selection_marker(str(wanted.selection))) as handle:
            digest.update(handle.read())
    return digest.hexdigest()[:32]


def _build(wanted: _Wanted, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parts = {name: folder / f"{name}.{os.getpid()}.partial" for name in (CLIPS, SHARDS)}
    for left in folder.glob("*.partial"):  # by a process that was killed: the lock is ours
        left.unlink(missing_ok=True)
    try:
        with naming(parts[CLIPS]):
            about = _write(wanted, parts)
        for name, path in parts.items():
            LocalStorage(folder).publish(path, name)
        LocalStorage(folder).publish_bytes(sealed(about), ABOUT)
    finally:
        for path in parts.values():
            path.unlink(missing_ok=True)


def _write(wanted: _Wanted, parts: dict[str, Path]) -> dict[str, Any]:
    """Write both files; return what the catalog says of itself.

    Raises:
        ValueError: there is no clip to be streamed.
    """
    rows: list[dict[str, Any]] = []
    n_clips, longest_s, digest, passed_over = 0, 0.0, hashlib.sha256(), set[str]()
    with pa.OSFile(str(parts[CLIPS]), "wb") as sink, pa.ipc.new_file(sink, CLIP_SCHEMA) as writer:
        for shard, marker in _markers(wanted):
            clips = _clips(wanted, shard)
            names = shard_files(shard, wanted.info.scorer)
            tar = marker["files"][names["shards"]]
            digest.update(
                f"{shard} {marker['files'][names['manifest']]['sha256']} {tar['sha256']} {len(clips)}".encode()
            )
            for column in ("key", "prompt"):
                digest.update("\0".join(clips[column].to_pylist()).encode())
            if not len(clips):
                continue
            longest_s = max(
                longest_s, pc.max(pc.divide(pc.cast(clips["n_frames"], "double"), clips["sample_rate_hz"])).as_py()
            )
            if wanted.split is not None:
                origins = origins_of(clips)
                clips = clips.filter(pa.array(map(wanted.split.has, origins), pa.bool_()))
                if not len(clips):
                    if not n_clips:  # else there is nothing to explain
                        passed_over.update(*origins)
                    continue
            rows.append({
                "shard": shard, "first": n_clips, "tar_size": tar["size_bytes"], "tar_sha256": tar["sha256"],
            })  # fmt: skip
            (batch,) = clips.select(CLIP_SCHEMA.names).cast(CLIP_SCHEMA).combine_chunks().to_batches()
            writer.write_batch(batch)
            n_clips += len(clips)
    if not n_clips:
        raise ValueError(_nothing(wanted, passed_over))
    with pa.OSFile(str(parts[SHARDS]), "wb") as sink, pa.ipc.new_file(sink, SHARD_SCHEMA) as writer:
        writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=SHARD_SCHEMA))
    return {
        "version": VERSION,
        "dataset": _place(wanted.storage),
        "selection": wanted.selection or "",
        "n_clips": n_clips,
        "longest_s": longest_s,
        "fingerprint": digest.hexdigest()[:12],
        "files": {name: sha256_of(path) for name, path in parts.items()},
    }


def _markers(wanted: _Wanted) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the committed shards and their markers."""
    there = set(wanted.storage.names(_COMMITS))
    for shard in range(wanted.info.n_shards):
        if wanted.allow_partial and f"{_COMMITS}/{shard:06d}.json" not in there:
            continue
        yield shard, read_marker(wanted.storage, shard)


def _clips(wanted: _Wanted, shard: int) -> pa.Table:
    """Return the rows of a shard that are streamed, each with its prompt."""
    manifest = shard_files(shard, wanted.info.scorer)["manifest"]
    columns = CLIP_SCHEMA.names if wanted.split is None else list({*CLIP_SCHEMA.names, *ORIGIN_COLUMNS})
    clips = read_stored(wanted.storage, manifest, columns)
    if wanted.selection is not None:
        chosen = read_selection(wanted.storage, wanted.selection, shard)
        chosen = chosen.filter(pc.equal(chosen["rank"], 0))
        where = pc.index_in(clips["key"], value_set=chosen["key"].combine_chunks())
        clips = clips.filter(pc.is_valid(where))
        chosen = chosen.take(where.drop_null())
        for name in ("prompt", "n_events"):
            clips = clips.set_column(clips.schema.get_field_index(name), CLIP_SCHEMA.field(name), chosen[name])
    return clips.filter(pc.not_equal(clips["prompt"], ""))


def _place(storage: Storage) -> str:
    """Return an address that means the same in any working directory."""
    return str(storage.root) if isinstance(storage, LocalStorage) else storage.address


def _nothing(wanted: _Wanted, passed_over: Set[str]) -> str:
    where, split = wanted.storage.address, wanted.split
    if split is not None and passed_over:
        known = passed_over - {""}
        remedy = "take another val_share, or more groups"
        if "" in passed_over:
            remedy = (
                "of compositions it is not known what all their sounds come from: hold out while they are composed, from clips "
                "and events, or take them all (part None; of a training, --val-data or stream.val_share=0)"
            )
        return (
            f"part {split.part!r}: no clip of {where} is in it, with val_share {split.val_share:g} of {len(known):,} groups "
            f"held out; {remedy}"
        )
    if wanted.selection is not None:
        return f"--selection {wanted.selection}: no clip of {where} is in it; make another one with mkaudio select"
    if not wanted.info.n_shards:
        return f"{where}: no shard is planned yet; finish it with mkaudio distill --resume"
    return f"{where}: no clip with a prompt is in it; mkaudio inspect shows what became of its inputs"
