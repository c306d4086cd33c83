"""From inputs to a sealed plan: list, probe, hash what may be a duplicate, deal to shards, write once.

The plan counts from the moment in which `dataset.json` names it; before that, a killed run lists again and takes over
the parts of the index that are done.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mkaudio import __version__
from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.engine import Engine, Watch
from mkaudio.pipeline.index import PART_INPUTS, HashTask, IndexTask, listed, read_index
from mkaudio.pipeline.plan import duplicates, partition, write_plan
from mkaudio.pipeline.sources import Source
from mkaudio.shards import (
    TEMPORARY_FOLDER,
    DatasetInfo,
    Generation,
    Storage,
    plan_file,
    plan_files,
    read_table,
    sha256_of,
    shard_files,
    shard_name,
    tables_of,
    write_dataset_info,
)

T = TypeVar("T")
_BIT_MAKERS = ("numpy", "torch", "transformers", "soundfile", "soxr", "av", "pyarrow")
"""Libraries of which, as of mkaudio itself, another version may change a bit of a dataset."""


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier generations of the dataset have: nothing for the first. What was refused there is tried again.

    Args:
        inputs: (root/path, size, time) of those whose sound is in the dataset.
        sizes: bytes of each.
        digests: sha256 → root/path.
    """

    inputs: frozenset[tuple[str, int, int]]
    sizes: frozenset[int]
    digests: dict[str, str]


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index pass keeps in memory: a name and a few numbers an input.

    Args:
        parts: files of the index.
        names: root/path of every input, in order.
        sizes: bytes of each.
        n_windows: of each; 0 where refused.
        fingerprint: sha256 over names, sizes and times.
    """

    parts: list[str]
    names: list[str]
    sizes: NDArray[np.int64]
    n_windows: NDArray[np.int64]
    fingerprint: str


def seal_plan(
    storage: Storage, info: DatasetInfo, sources: list[Source], config: DistillConfig, engine: Engine, watch: Watch
) -> DatasetInfo:
    """Index the inputs and add a generation to the dataset.

    Args:
        storage: of the dataset.
        info: its description so far.
        sources: the inputs.
        config: windows and shard size.
        engine: where the index tasks run.
        watch: makes progress bars.

    Returns:
        The description that names the new plan.

    Raises:
        ValueError: there is no sound in the inputs, or none that the dataset does not have yet.
    """
    by_root = {source.root_name: source for source in sources}
    known = _known(storage, info)
    indexed = _probe_all(storage, f"index-{shard_name(len(info.generations))}", by_root, known, config, engine, watch)
    if not indexed.names:
        raise ValueError(_nothing_found(sources, known))
    digests = _hash_alike(storage, indexed, known, by_root, config, engine, watch)
    same = duplicates(indexed.names, digests)
    same |= {name: known.digests[digest] for name, digest in digests.items() if digest in known.digests}
    original = np.array([name not in same for name in indexed.names])
    where = partition(indexed.n_windows * original, config.samples_per_shard, info.n_shards, info.next_key)
    if info.generations and not where.n_windows.any():
        raise ValueError(_nothing_found(sources, known))
    name = plan_file(len(info.generations))
    with storage.staging("plan") as folder:
        staged = folder / "plan.parquet"
        write_plan(staged, (_table(storage, part) for part in indexed.parts), where, digests, same)
        plan_sha256 = sha256_of(staged)
        storage.publish(staged, name)
    generation = Generation(
        plan_sha256=plan_sha256,
        input_fingerprint=indexed.fingerprint,
        first_shard=info.n_shards,
        n_shards=where.n_shards,
        first_key=info.next_key,
        n_windows=int(where.n_windows.sum()),
        n_sources=len(indexed.names),
        roots={source.root_name: source.identity for source in sources},
        libraries=library_versions(),
    )
    sealed = replace(info, generations=(*info.generations, generation), counts={})
    write_dataset_info(storage, sealed)
    return sealed


def library_versions() -> dict[str, str]:
    """Return the versions of what may change a bit of the result."""
    return {"mkaudio": __version__} | {library: version(library) for library in _BIT_MAKERS}


def _table(storage: Storage, name: str, columns: list[str] | None = None) -> pa.Table:
    with storage.open(name) as handle:
        return read_table(handle, columns)


def _known(storage: Storage, info: DatasetInfo) -> Known:
    if not info.generations:
        return Known(frozenset(), frozenset(), {})
    columns = ["source_root", "source_path", "size_bytes", "mtime_ns", "duplicate_of"]
    plans = tables_of(storage, plan_files(info)).to_table(columns).to_pylist()
    manifests = [shard_files(shard, info.scorer)["manifest"] for shard in range(info.n_shards)]
    there_columns = ["source_root", "source_path", "source_sha256"]
    manifest = tables_of(storage, manifests).to_table(there_columns).to_pylist()
    digests = {row["source_sha256"]: f"{row['source_root']}/{row['source_path']}" for row in manifest}
    there = {f"{row['source_root']}/{row['source_path']}" for row in manifest}
    inputs = [
        (name, row["size_bytes"], row["mtime_ns"])
        for row in plans
        if (name := f"{row['source_root']}/{row['source_path']}") in there or row["duplicate_of"] in there
    ]
    sizes = frozenset(row["size_bytes"] for row in plans)
    return Known(frozenset(inputs), sizes, digests)


def _probe_all(
    storage: Storage,
    folder: str,
    sources: dict[str, Source],
    known: Known,
    config: DistillConfig,
    engine: Engine,
    watch: Watch,
) -> Indexed:
    new = (row for row in listed(sources.values()) if (row.name, row.size_bytes, row.mtime_ns) not in known.inputs)
    rows = list(islice(new, config.limit))
    tasks = [
        IndexTask(number, sources, part, storage, f"{TEMPORARY_FOLDER}/{folder}/{shard_name(number)}.parquet")
        for number, part in enumerate(_chunks(rows, PART_INPUTS))
    ]
    with watch("probe", len(rows), "file") as report:
        for _ in engine.run(tasks, report):
            pass
    return _read_parts(storage, [task.output for task in tasks if task.output], config)


def _read_parts(storage: Storage, parts: list[str], config: DistillConfig) -> Indexed:
    names, sizes, windows, fingerprint = [], [], [], hashlib.sha256()
    for path in parts:
        for row in read_index(storage, path):
            names.append(row.name)
            sizes.append(row.size_bytes)
            windows.append(0 if row.refusal else config.n_windows(row.n_frames, row.sample_rate_hz))
            fingerprint.update(json.dumps([row.name, row.size_bytes, row.mtime_ns, row.labels]).encode())
    return Indexed(parts, names, np.array(sizes, np.int64), np.array(windows, np.int64), fingerprint.hexdigest())


def _hash_alike(
    storage: Storage,
    indexed: Indexed,
    known: Known,
    sources: dict[str, Source],
    config: DistillConfig,
    engine: Engine,
    watch: Watch,
) -> dict[str, str]:
    """Hash the inputs that may equal another, and those that no worker will read whole."""
    usable = indexed.n_windows > 0
    alike = Counter(indexed.sizes[usable].tolist())
    wanted = [
        bool(n) and (n > config.samples_per_shard or alike[size] > 1 or size in known.sizes)
        for n, size in zip(indexed.n_windows.tolist(), indexed.sizes.tolist(), strict=True)
    ]
    rows = (row for path in indexed.parts for row in read_index(storage, path))
    chosen = (row for row, want in zip(rows, wanted, strict=True) if want)
    tasks = (HashTask(number, sources, part) for number, part in enumerate(_chunks(chosen, PART_INPUTS)))
    digests: dict[str, str] = {}
    with watch("compare files of equal size", sum(wanted), "file") as report:
        for _, found in engine.run(tasks, report):
            digests |= found
    return digests


def _chunks(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    iterator = iter(items)
    while chunk := tuple(islice(iterator, size)):
        yield chunk


def _nothing_found(sources: list[Source], known: Known) -> str:
    names = ", ".join(source.root_name for source in sources)
    if known.inputs:
        return f"{names}: every sound in it is in the dataset already; there is nothing to append"
    ignored = sum((source.ignored for source in sources), Counter())
    what = ", ".join(f"{count} {kind}" for kind, count in ignored.most_common(5)) or "nothing"
    return f"{names}: no sound found; met {what}. Is it the right folder? Known endings: wav flac mp3 ogg opus aiff m4a ..."
