"""Does a dataset hold what its markers state? Every byte is hashed, every sample read; each problem says where.

From the outside in: description, sealed plans, the shards side by side, then strangers among the files, then the sums.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from mkaudio.shards.dataset import DatasetInfo
from mkaudio.shards.naming import (
    COMMITS_FOLDER,
    DATASET_FILE,
    LOG_FOLDER,
    TEMPORARY_FOLDER,
    marker_file,
    plan_file,
    selection_file,
    selection_marker,
    shard_files,
)
from mkaudio.shards.open_storage import open_storage
from mkaudio.shards.storage import Storage
from mkaudio.shards.verify_description import read_description
from mkaudio.shards.verify_files import file_names
from mkaudio.shards.verify_plan import check_plan, check_seal
from mkaudio.shards.verify_problem import Problem, Remedy
from mkaudio.shards.verify_selections import check_selections, names_of_selections
from mkaudio.shards.verify_shard import ShardReport, check_shard

_OTHER_LAYERS = (LOG_FOLDER, TEMPORARY_FOLDER, "passes")
"""Folders in which files may lie that no shard's marker states."""


def verify(
    dataset: str | Path | Storage, on_shard: Callable[[int], None] = lambda _: None, workers: int = 1
) -> Iterator[Problem]:
    """Yield every problem of a dataset, in the order of its shards; none means that it is whole.

    Args:
        dataset: its folder, or its address in an object store.
        on_shard: called when a shard is through.
        workers: shards that are looked at side by side; hashing and decoding run outside Python's lock.
    """
    storage = open_storage(dataset)
    try:
        info = read_description(storage)
    except (ValueError, OSError) as error:
        yield Problem(DATASET_FILE, str(error), remedy=Remedy.NONE)
        return
    whole: list[bool] = []
    contradicted = False
    known = pa.array([], pa.string())
    for number, generation in enumerate(info.generations):
        unsealed = check_seal(storage, number, generation)
        wrong, known = ([], known) if unsealed else check_plan(storage, number, generation, known)
        yield from [unsealed] if unsealed else []
        yield from (Problem(plan_file(number), what, remedy=Remedy.NONE) for what in wrong)
        whole.append(not unsealed and not wrong)
        contradicted |= bool(wrong)
    if contradicted:  # sealed by us, and wrong: there is nothing that shards could be compared with
        return
    totals: Counter[str] = Counter()
    first: ShardReport | None = None
    with closing(_reports(storage, info, whole, workers)) as reports:
        for report in reports:
            yield from report.problems
            totals.update(report.counts or {})
            first = first or (report if report.dimensions is not None else None)
            if first and report.dimensions not in (None, first.dimensions):
                name = shard_files(report.shard, info.scorer)["embeddings"]
                what = f"its vectors have {report.dimensions} numbers, those of shard {first.shard} {first.dimensions}"
                yield Problem(name, what, report.shard)
            on_shard(report.shard)
    yield from check_selections(storage, info)
    yield from _check_strangers(storage, info)
    yield from _check_sums(info, totals)


def _reports(
    storage: Storage, info: DatasetInfo, whole: list[bool], workers: int
) -> Generator[ShardReport, None, None]:
    """Yield the report of every shard in order; a walk that is left early ends its threads."""

    def check(shard: int) -> ShardReport:
        return check_shard(storage, info, shard, whole[info.generation_of(shard)])

    with ThreadPoolExecutor(max(1, workers)) as threads:
        yield from threads.map(check, range(info.n_shards))


def _check_strangers(storage: Storage, info: DatasetInfo) -> Iterator[Problem]:
    ours = {DATASET_FILE, *(plan_file(number) for number in range(len(info.generations)))}
    for shard in range(info.n_shards):
        ours |= {marker_file(shard), *shard_files(shard, info.scorer).values()}
    for name in names_of_selections(storage):
        ours |= {selection_marker(name), *(selection_file(name, shard) for shard in range(info.n_shards))}
    for name in file_names(storage):
        top = name.split("/")[0]
        if name in ours or top in _OTHER_LAYERS:
            continue
        what = "a marker of no planned shard" if top == COMMITS_FOLDER else "no marker states this file"
        yield Problem(name, what, remedy=Remedy.BY_HAND)


def _check_sums(info: DatasetInfo, totals: Counter[str]) -> Iterator[Problem]:
    if not info.counts:
        yield Problem(DATASET_FILE, "the run is unfinished: finish it with --resume")
    elif info.counts != totals:
        yield Problem(DATASET_FILE, "its counts are not the sums of the markers'")
    sums = (
        ("sources", sum(one.n_sources for one in info.generations), ("read", "refused", "duplicate")),
        ("windows", info.next_key, ("committed", "filtered", "refused")),
    )
    for what, planned, parts in sums:
        counted = sum(totals[f"{what}_{part}"] for part in parts)
        if counted != planned:
            yield Problem(DATASET_FILE, f"the plan has {planned} {what}, the markers account for {counted}")
