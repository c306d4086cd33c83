"""Does a dataset hold what its markers state? Every byte is hashed, every sample read; each problem says where.

From the outside in: description, sealed plan, markers, files, then each shard's tar against its tables, then the sums.
"""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mkaudio.shards.audio_codec import decode_flac
from mkaudio.shards.commit import sha256_of
from mkaudio.shards.dataset import DatasetInfo, plan_files, read_dataset_info, read_marker
from mkaudio.shards.naming import (
    COMMITS_FOLDER,
    DATASET_FILE,
    LOG_FOLDER,
    MEMBERS,
    TEMPORARY_FOLDER,
    key_of,
    marker_file,
    plan_file,
    shard_files,
)
from mkaudio.shards.reasons import Refusal
from mkaudio.shards.schema import CANDIDATES, MANIFEST, QUARANTINE, SELECTION, embeddings_schema, read_table
from mkaudio.shards.storage import open_storage
from mkaudio.shards.writer import json_member

_OTHER_LAYERS = (LOG_FOLDER, TEMPORARY_FOLDER, "selections", "passes")
"""Folders in which files may lie that no shard's marker states."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be.

    Args:
        where: file, and key or row where that is known.
        what: what was found against what was expected.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def verify(dataset: Path, on_shard: Callable[[int], None] = lambda _: None) -> Iterator[Problem]:
    """Yield every problem of a dataset; none means that it is whole.

    Args:
        dataset: its folder.
        on_shard: called when a shard is through.
    """
    try:
        info = read_dataset_info(open_storage(dataset))
    except ValueError as error:
        yield Problem(DATASET_FILE, str(error))
        return
    yield from _check_plans(dataset, info)
    stated: set[str] = set()
    totals: dict[str, int] = {}
    for shard in range(info.n_shards):
        try:
            marker = read_marker(open_storage(dataset), shard)
        except ValueError as error:
            yield Problem(marker_file(shard), str(error))
            stated |= {marker_file(shard), *shard_files(shard, info.scorer).values()}
            continue
        stated |= {marker_file(shard), *marker["files"]}
        for name, count in marker["counts"].items():
            totals[name] = totals.get(name, 0) + count
        damaged = list(_check_files(dataset, marker))
        yield from damaged
        if not damaged:
            yield from _check_shard(dataset, info, shard, marker)
        on_shard(shard)
    yield from _check_orphans(dataset, stated | {DATASET_FILE, *(plan_file(n) for n in range(len(info.generations)))})
    yield from _check_sums(info, totals)


def _check_plans(dataset: Path, info: DatasetInfo) -> Iterator[Problem]:
    for name, generation in zip(plan_files(info), info.generations, strict=True):
        path = dataset / name
        if not path.is_file():
            yield Problem(name, "missing: the sealed plan is gone")
        elif sha256_of(path) != generation.plan_sha256:
            yield Problem(name, "changed: its sha256 is not the one that dataset.json states")


def _check_files(dataset: Path, marker: dict[str, Any]) -> Iterator[Problem]:
    for name, stated in marker["files"].items():
        path = dataset / name
        if not path.is_file():
            yield Problem(name, "missing")
        elif (size := path.stat().st_size) != stated["size_bytes"]:
            yield Problem(name, f"{size:,} bytes, the marker states {stated['size_bytes']:,}")
        elif sha256_of(path) != stated["sha256"]:
            yield Problem(name, "changed: its sha256 is not the one that the marker states")


def _check_shard(dataset: Path, info: DatasetInfo, shard: int, marker: dict[str, Any]) -> Iterator[Problem]:
    names = shard_files(shard, info.scorer)
    tables: dict[str, pa.Table] = {}
    for table, schema in {
        "manifest": MANIFEST,
        "candidates": CANDIDATES,
        "quarantine": QUARANTINE,
        "selection": SELECTION,
    }.items():
        try:
            tables[table] = read_table(dataset / names[table])
        except (OSError, pa.ArrowException) as error:
            yield Problem(names[table], f"cannot be read: {error}")
            return
        if not tables[table].schema.equals(schema):
            yield Problem(names[table], "its columns are not those of the schema")
            return
    embeddings = read_table(dataset / names["embeddings"])
    dimensions = embeddings.schema.field("embedding").type.list_size
    if not embeddings.schema.equals(embeddings_schema(dimensions)):
        yield Problem(names["embeddings"], "its columns are not those of the schema")
    rows = tables["manifest"].to_pylist()
    keys = [row["key"] for row in rows]
    yield from _check_keys(info, shard, names["manifest"], keys)
    yield from _check_against_plan(dataset, info, shard, names, tables)
    if embeddings["key"].to_pylist() != keys:
        yield Problem(names["embeddings"], "its keys are not those of the manifest, in order")
    for table in ("candidates", "selection"):
        if strangers := set(tables[table]["key"].to_pylist()) - set(keys):
            yield Problem(names[table], f"key {min(strangers)} is not in the manifest")
    if len(rows) != marker["counts"]["windows_committed"]:
        yield Problem(names["manifest"], f"{len(rows)} rows, the marker states {marker['counts']['windows_committed']}")
    left = sum(tables["quarantine"]["n_windows"].to_pylist())
    if left != marker["counts"]["windows_filtered"] + marker["counts"]["windows_refused"]:
        yield Problem(names["quarantine"], f"accounts for {left} windows, the marker states another number")
    yield from _check_tar(dataset / names["shards"], names["shards"], rows)


def _check_against_plan(
    dataset: Path, info: DatasetInfo, shard: int, names: dict[str, str], tables: dict[str, pa.Table]
) -> Iterator[Problem]:
    """Every clip is a window that was planned for its source, and every planned window is a clip or in quarantine.

    Yields:
        What does not agree with the sealed plan.
    """
    path = dataset / plan_files(info)[info.generation_of(shard)]
    source_of: dict[str, tuple[str, str]] = {}
    n_planned: dict[tuple[str, str], int] = {}
    try:
        planned = pq.read_table(path, filters=[("shard", "=", shard)]).to_pylist()
    except (OSError, pa.ArrowException):
        return  # the plan is damaged, which has been said
    for row in planned:
        source = (row["source_root"], row["source_path"])
        n_planned[source] = n_planned.get(source, 0) + row["n_windows"]
        source_of |= {key_of(row["first_key"] + number): source for number in range(row["n_windows"])}
    found = dict.fromkeys(n_planned, 0)
    for row in tables["manifest"].to_pylist():
        source = (row["source_root"], row["source_path"])
        if source_of.get(row["key"]) != source:
            yield Problem(names["manifest"], f"key {row['key']} is of {source[1]!r}, which is not what was planned")
        found[source] = found.get(source, 0) + 1
    for row in tables["quarantine"].to_pylist():
        source = (row["source_root"], row["source_path"])
        found[source] = found.get(source, 0) + row["n_windows"]
    for source, count in found.items():
        if count != n_planned.get(source, 0):
            yield Problem(
                names["manifest"], f"{source[1]!r}: {n_planned.get(source, 0)} windows planned, {count} accounted for"
            )


def _check_keys(info: DatasetInfo, shard: int, name: str, keys: list[str]) -> Iterator[Problem]:
    if keys != sorted(set(keys)):
        yield Problem(name, "keys are not unique and ascending")
    generation = info.generations[info.generation_of(shard)]
    low, high = key_of(generation.first_key), key_of(generation.first_key + generation.n_windows)
    if strays := [key for key in keys if not low <= key < high]:
        yield Problem(name, f"key {strays[0]} is outside the plan's {low} to {high}")


def _check_tar(path: Path, name: str, rows: list[dict[str, Any]]) -> Iterator[Problem]:
    """Compare the members, in order, with the manifest, and decode every sound.

    Yields:
        What does not agree.
    """
    with tarfile.open(path) as tar:
        members = tar.getmembers()
        expected = [f"{row['key']}.{member}" for row in rows for member in MEMBERS]
        if [member.name for member in members] != expected:
            yield Problem(name, f"{len(members)} members that are not the {len(expected)} of the manifest, in order")
            return
        for row, begin in zip(rows, range(0, len(members), len(MEMBERS)), strict=True):
            contents = []
            for extension, member in zip(MEMBERS, members[begin : begin + len(MEMBERS)], strict=True):
                if (member.offset_data, member.size) != (row[f"{extension}_offset"], row[f"{extension}_size"]):
                    yield Problem(f"{name} {member.name}", "is not where the manifest says")
                handle = tar.extractfile(member)
                contents.append(handle.read() if handle else b"")
            yield from (Problem(f"{name} {row['key']}", what) for what in _sample_problems(row, *contents))


def _sample_problems(row: dict[str, Any], flac: bytes, fields: bytes, prompt: bytes) -> Iterator[str]:
    if prompt.decode(errors="replace") != row["prompt"]:
        yield "its txt is not the manifest's prompt"
    if fields != json_member(row):
        yield "its json is not the manifest's row"
    try:
        waveform, rate_hz = decode_flac(flac)
    except Refusal as refusal:
        yield f"its sound cannot be decoded: {refusal.message}"
        return
    found, stated = (*waveform.shape, rate_hz), (row["channels"], row["n_frames"], row["sample_rate_hz"])
    if found != stated:
        yield f"its sound has (channels, frames, Hz) {found}, the manifest states {stated}"


def _check_orphans(dataset: Path, stated: set[str]) -> Iterator[Problem]:
    for path in sorted(dataset.rglob("*")):
        name = path.relative_to(dataset)
        if path.is_file() and name.parts[0] not in _OTHER_LAYERS and name.as_posix() not in stated:
            is_marker = name.parts[0] == COMMITS_FOLDER
            yield Problem(
                name.as_posix(), "a marker of no planned shard" if is_marker else "no marker states this file"
            )


def _check_sums(info: DatasetInfo, totals: dict[str, int]) -> Iterator[Problem]:
    if not info.counts:
        yield Problem(DATASET_FILE, "the run is unfinished: run distill again with --resume")
    elif info.counts != totals:
        yield Problem(DATASET_FILE, "its counts are not the sums of the markers'")
    sums = (
        ("sources", sum(one.n_sources for one in info.generations), ("read", "refused", "duplicate")),
        ("windows", info.next_key, ("committed", "filtered", "refused")),
    )
    for what, planned, parts in sums:
        counted = sum(totals.get(f"{what}_{part}", 0) for part in parts)
        if counted != planned:
            yield Problem(DATASET_FILE, f"the plan has {planned} {what}, the markers account for {counted}")
