"""A distillation from beginning to end: index → sealed plan → shards → sums. Resumable at any point."""

from dataclasses import replace

from mkaudio.pipeline.config import DistillConfig, differences
from mkaudio.pipeline.engine import Engine, Watch
from mkaudio.pipeline.index_pass import library_versions, seal_plan
from mkaudio.pipeline.output import clear_temporary
from mkaudio.pipeline.report import Summary, total
from mkaudio.pipeline.rows import PlanRow, sample_rows
from mkaudio.pipeline.shard_task import ShardTask
from mkaudio.pipeline.sources import Source
from mkaudio.shards import (
    DatasetInfo,
    Refusal,
    Storage,
    committed,
    plan_file,
    plan_files,
    read_marker,
    sha256_of_stream,
    total_heard,
    write_dataset_info,
)

_RESUME_SAMPLE = 8


def distill(
    storage: Storage,
    info: DatasetInfo,
    sources: list[Source],
    config: DistillConfig,
    engine: Engine,
    watch: Watch,
    append: bool = False,
) -> Summary:
    """Make or finish a dataset.

    Args:
        storage: where it lies, as `opened_output` found it.
        info: its description.
        sources: the inputs.
        config: settings.
        engine: where tasks run.
        watch: makes progress bars.
        append: add a generation for what is new in the inputs.

    Returns:
        The sums over all shards.

    Raises:
        ValueError: inputs or libraries are not those of the sealed plan, or there is no sound.
    """
    unfinished, done = _unfinished(storage, info)
    if append and unfinished:
        raise ValueError(
            f"{storage.address}: {len(unfinished)} shards are unfinished; finish them with --resume before --append"
        )
    if append or not info.generations:
        first_new = info.n_shards
        info = seal_plan(storage, info, sources, config, engine, watch)
        unfinished = list(range(first_new, info.n_shards))
    elif unfinished:
        _check_resumable(storage, info, sources)
    by_root = {source.root_name: source for source in sources}
    tasks = (
        ShardTask(storage, plan_file(generation), generation, shard, by_root, config)
        for generation, shard in ((info.generation_of(shard), shard) for shard in unfinished)
    )
    with watch("distil", info.next_key - done, "clip") as report:
        for _ in engine.run(tasks, report):
            pass
    summary = summarise(storage, info)
    write_dataset_info(storage, replace(info, counts=summary.counts))
    clear_temporary(storage)
    return summary


def summarise(storage: Storage, info: DatasetInfo) -> Summary:
    """Add up the markers of a finished dataset.

    Args:
        storage: of the dataset.
        info: its description.
    """
    counts, heard = total([]), total_heard([])
    for shard in range(info.n_shards):
        marker = read_marker(storage, shard)
        counts, heard = total([counts, marker["counts"]]), total_heard([heard, marker["heard"]])
    sources = sum(generation.n_sources for generation in info.generations)
    return Summary(counts, sources, info.next_key, heard)


def _unfinished(storage: Storage, info: DatasetInfo) -> tuple[list[int], int]:
    """Return the shards that are not committed, and how many windows are in the others."""
    unfinished, n_done = [], 0
    for shard in range(info.n_shards):
        marker = committed(storage, shard)
        if marker is None:
            unfinished.append(shard)
        else:
            n_done += int(marker["counts"]["windows"])
    return unfinished, n_done


def _check_resumable(storage: Storage, info: DatasetInfo, sources: list[Source]) -> None:
    for name, generation in zip(plan_files(info), info.generations, strict=True):
        if not _is_sealed(storage, name, generation.plan_sha256):
            raise ValueError(
                f"{storage.address}/{name}: missing or damaged: it is not the plan that was sealed; mkaudio verify says more"
            )
    planned, now = info.generations[-1].libraries, library_versions()
    if differs := differences(planned, now):
        raise ValueError(
            "the libraries are not those that this dataset was begun with, so its bytes would not be the same:\n  "
            + "\n  ".join(differs)
            + "\ninstall those versions, or begin anew in another --output"
        )
    by_root = {source.root_name: source for source in sources}
    for root, rows in _sampled_rows(storage, info).items():
        if root not in by_root:
            raise ValueError(f"--resume needs the inputs of the first run: {root} is not among --input")
        if not any(_opens(by_root[root], row) for row in rows):
            raise ValueError(
                f"--resume: none of {len(rows)} inputs tried under {root} is what was planned, {rows[0].source_path!r} for "
                "one: is it the folder of the first run, and is its disk there?"
            )


def _is_sealed(storage: Storage, name: str, sha256: str) -> bool:
    try:
        with storage.open(name) as handle:
            return sha256_of_stream(handle) == sha256
    except FileNotFoundError:
        return False


def _sampled_rows(storage: Storage, info: DatasetInfo) -> dict[str, list[PlanRow]]:
    """Return a few planned inputs of each root, from the first to the last."""
    sampled: dict[str, list[PlanRow]] = {}
    for name, generation in zip(plan_files(info), info.generations, strict=True):
        for root in generation.roots:
            sampled.setdefault(root, []).extend(sample_rows(storage, name, root, _RESUME_SAMPLE))
    return {root: rows for root, rows in sampled.items() if rows}


def _opens(source: Source, row: PlanRow) -> bool:
    try:
        source.open(row.as_input()).close()
    except Refusal:
        return False
    return True
