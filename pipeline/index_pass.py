"""From inputs to a sealed plan: list, probe, hash what may be a duplicate, deal to shards, write once.

The plan counts from the moment in which `dataset.json` names it; before that, a killed run lists again and takes over
the parts of the index that are done.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mkaudio import __version__
from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.duplicates import SHA256_BYTES, Digests, Duplicates, originals
from mkaudio.pipeline.engine import Engine, Watch
from mkaudio.pipeline.index import PART_INPUTS, HashTask, IndexTask, listed
from mkaudio.pipeline.indexed import Indexed, read_indexed
from mkaudio.pipeline.known import Known, known
from mkaudio.pipeline.plan import partition, write_plan
from mkaudio.pipeline.rows import row_of
from mkaudio.pipeline.sources import Source
from mkaudio.shards import (
    DATASET_FILE,
    TEMPORARY_FOLDER,
    DatasetInfo,
    Generation,
    Storage,
    plan_file,
    read_dataset_info,
    sha256_of,
    shard_name,
    write_dataset_info,
)

T = TypeVar("T")
_BIT_MAKERS = ("numpy", "torch", "transformers", "soundfile", "soxr", "av", "pyarrow")
"""Libraries of which, as of mkaudio itself, another version may change a bit of a dataset."""


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
        ValueError: there is no sound in the inputs, or none that the dataset does not have yet, or another run is at it.
    """
    by_root = {source.root_name: source for source in sources}
    earlier = known(storage, info)
    indexed = _probe_all(storage, f"index-{shard_name(len(info.generations))}", by_root, earlier, config, engine, watch)
    if not len(indexed.sizes):
        raise ValueError(_nothing_found(sources, earlier))
    digests = _hash_alike(indexed, earlier, by_root, config, engine, watch)
    same = _duplicates(indexed, digests, earlier)
    n_windows = indexed.n_windows.copy()
    n_windows[same.inputs] = 0
    where = partition(n_windows, config.samples_per_shard, info.n_shards, info.next_key, config.max_windows_per_file)
    if info.generations and not where.n_windows.any():
        raise ValueError(_nothing_found(sources, earlier))
    name = plan_file(len(info.generations))
    with storage.staging("plan") as folder:
        staged = folder / "plan.parquet"
        write_plan(staged, indexed, where, digests, same)
        plan_sha256 = sha256_of(staged)
        if storage.state(DATASET_FILE) is not None and read_dataset_info(storage) != info:
            raise ValueError(f"{storage.address}: another run has begun it meanwhile; end one of them")
        storage.publish(staged, name)
    generation = Generation(
        plan_sha256=plan_sha256,
        input_fingerprint=indexed.fingerprint,
        first_shard=info.n_shards,
        n_shards=where.n_shards,
        first_key=info.next_key,
        n_windows=int(where.n_windows.sum()),
        n_sources=len(indexed.sizes),
        roots={source.root_name: source.identity for source in sources},
        libraries=library_versions(),
    )
    sealed = replace(info, generations=(*info.generations, generation), counts={})
    write_dataset_info(storage, sealed)
    return sealed


def library_versions() -> dict[str, str]:
    """Return the versions of what may change a bit of the result."""
    return {"mkaudio": __version__} | {library: version(library) for library in _BIT_MAKERS}


def _probe_all(
    storage: Storage,
    folder: str,
    sources: dict[str, Source],
    earlier: Known,
    config: DistillConfig,
    engine: Engine,
    watch: Watch,
) -> Indexed:
    """List and probe at the same time: a part is listed when the engine asks for it, and let go when it is done."""
    new = (row for row in listed(sources.values()) if (row.name, row.size_bytes, row.mtime_ns) not in earlier.inputs)
    tasks = (
        IndexTask(number, sources, rows, storage, _part_file(folder, number))
        for number, rows in enumerate(_chunks(islice(new, config.limit), PART_INPUTS))
    )
    with watch("probe", None, "file") as report:
        n_parts = sum(1 for _ in engine.run(tasks, report))  # in the order in which they finish: only numbers count
    return read_indexed(storage, [_part_file(folder, number) for number in range(n_parts)], config)


def _part_file(folder: str, number: int) -> str:
    return f"{TEMPORARY_FOLDER}/{folder}/{shard_name(number)}.parquet"


def _hash_alike(
    indexed: Indexed, earlier: Known, sources: dict[str, Source], config: DistillConfig, engine: Engine, watch: Watch
) -> Digests:
    """Hash the inputs that may equal another, and those that no worker will read whole."""
    if all(source.keeps_duplicates for source in sources.values()):
        return Digests(np.zeros(0, np.int64), np.zeros((0, SHA256_BYTES), np.uint8))
    inputs = _worth_hashing(indexed, earlier, config)
    rows = (row_of(record) for table in indexed.rows_of(inputs) for record in table.to_pylist())
    tasks = (HashTask(number, sources, part) for number, part in enumerate(_chunks(rows, PART_INPUTS)))
    sha256, is_read = np.zeros((len(inputs), SHA256_BYTES), np.uint8), np.zeros(len(inputs), bool)
    with watch("compare files of equal size", len(inputs), "file") as report:
        for task, found in engine.run(tasks, report):
            for place, row in enumerate(task.rows, task.part * PART_INPUTS):
                if digest := found[row.name]:
                    sha256[place], is_read[place] = np.frombuffer(bytes.fromhex(digest), np.uint8), True
    return Digests(inputs[is_read], sha256[is_read])


def _worth_hashing(indexed: Indexed, earlier: Known, config: DistillConfig) -> NDArray[np.int64]:
    usable = indexed.n_windows > 0
    sizes, counts = np.unique(indexed.sizes[usable], return_counts=True)
    alike = np.isin(indexed.sizes, np.union1d(sizes[counts > 1], earlier.sizes))
    is_split = (indexed.n_windows > config.samples_per_shard) & (config.max_windows_per_file is None)
    return np.flatnonzero(usable & (alike | is_split))


def _duplicates(indexed: Indexed, digests: Digests, earlier: Known) -> Duplicates:
    """Find what equals an earlier input; where the dataset has the sound already, that is the original."""
    first, in_dataset = originals(digests), earlier.find(digests)
    is_known = in_dataset >= 0
    is_twin = is_known | (first != digests.inputs)
    here, which = np.unique(first[is_twin & ~is_known], return_inverse=True)
    original = in_dataset + len(here)
    original[is_twin & ~is_known] = which
    return Duplicates(
        digests.inputs[is_twin], original[is_twin], pa.concat_arrays([indexed.names_of(here), earlier.names])
    )


def _chunks(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    iterator = iter(items)
    while chunk := tuple(islice(iterator, size)):
        yield chunk


def _nothing_found(sources: list[Source], earlier: Known) -> str:
    names = ", ".join(source.root_name for source in sources)
    if earlier.inputs:
        return f"{names}: every sound in it is in the dataset already; there is nothing to append"
    ignored = sum((source.ignored for source in sources), Counter())
    what = ", ".join(f"{count} {kind}" for kind, count in ignored.most_common(5)) or "nothing"
    return f"{names}: no sound found; met {what}. Is it the right folder? Known endings: wav flac mp3 ogg opus aiff m4a ..."
