"""`mkaudio verify`: does a dataset hold what its markers state; `--repair` uncommits what it does not."""

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from mkaudio.cli.inspect_events import is_event_database

if TYPE_CHECKING:
    from mkaudio.shards import DatasetInfo, Problem, Storage

_SHOWN = 50


def verify(
    dataset: Annotated[str, typer.Argument(help="A dataset's folder or s3://bucket/folder, or an event database.")],
    repair: Annotated[
        bool, typer.Option("--repair", help="Uncommit damaged shards, so that distill --resume makes them again.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Shards looked at side by side; default: the CPUs we may use.")
    ] = None,
) -> None:
    """Hash every file, read every sample, add up both sums; print each problem with its place.

    Example: mkaudio verify audiosets-prompted --repair
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.shards import DATASET_FILE, locked, open_storage, read_dataset_info

    storage = open_storage(dataset)
    if is_event_database(dataset):
        _verify_events(dataset, repair)
        return
    if storage.state(DATASET_FILE) is None:
        read_dataset_info(storage)  # says that it is none; a damaged one is what was asked about
    with locked(storage) if repair else nullcontext():  # taken before looking: what a run is writing looks damaged
        problems = _problems(storage, workers or _usable_cpus())
        for problem in problems[:_SHOWN]:
            print(f"✗ {problem}")
        if len(problems) > _SHOWN:
            print(f"✗ ... and {len(problems) - _SHOWN} more")
        if not problems:
            _say_whole(storage)
        elif repair:
            _repair(storage, problems)
        else:
            raise RuntimeError(f"{dataset}: {len(problems)} problems; --repair uncommits what is damaged")


def _verify_events(folder: str, repair: bool) -> None:
    from mkaudio.shards import EventStore, check_events

    if repair:
        raise ValueError(f"--repair: {folder} is an event database; make it again with mkaudio events --replace")
    problems = list(check_events(folder))
    for problem in problems[:_SHOWN]:
        print(f"✗ {problem}")
    if problems:
        raise RuntimeError(f"{folder}: {len(problems)} problems; make it again with mkaudio events --replace")
    print(f"✓ {len(EventStore(folder)):,} events are whole: every byte hashed, every sound compared with its row")


def _problems(storage: "Storage", workers: int) -> "list[Problem]":
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.task import Progress
    from mkaudio.shards import verify as problems_of

    try:
        n_shards = _described(storage).n_shards
    except ValueError:  # it is damaged, which is the first problem that verify names
        n_shards = 0
    with watch("verify", n_shards, "shard") as report:
        return list(problems_of(storage, lambda _: report(Progress(items=1)), workers))


def _repair(storage: "Storage", problems: "list[Problem]") -> None:
    from mkaudio.cli.resume_command import resume_command
    from mkaudio.cli.select_command import select_command
    from mkaudio.shards import repair as repair_problems

    done = repair_problems(storage, problems)
    for shard, names in done.removed.items():
        print(f"uncommitted shard {shard}: {', '.join(names) or 'it was not committed'}")
    for name in done.selections:
        print(f"removed selection {name}")
    if done.must_resume:
        print(f"make it again: {resume_command(storage.address, _described(storage))}")
    for name, rule in done.selections.items():
        print(f"make it again: {select_command(storage.address, name, rule)}")
    for problem in done.left:
        print(f"✗ not mended: {problem}; it needs {problem.remedy}")
    if done.left:
        raise RuntimeError(f"{storage.address}: {len(done.left)} problems that --repair does not mend")


def _say_whole(storage: "Storage") -> None:
    from mkaudio.pipeline.report import Summary

    info = _described(storage)
    for line in Summary(info.counts, sum(one.n_sources for one in info.generations), info.next_key).lines():
        print(line)
    print(f"✓ {info.n_shards:,} shards are whole: every byte hashed, every sound decoded")


def _described(storage: "Storage") -> "DatasetInfo":
    from mkaudio.shards import read_description

    return read_description(storage)


def _usable_cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
