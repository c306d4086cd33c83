"""`mkaudio verify`: does a dataset hold what its markers state."""

from pathlib import Path
from typing import Annotated

import typer

_SHOWN = 50


def verify(dataset: Annotated[Path, typer.Argument(help="The dataset's folder.")]) -> None:
    """Hash every file, read every sample, add up both sums; print each problem with its place.

    Example: mkaudio verify audiosets-prompted
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.report import Summary
    from mkaudio.pipeline.task import Progress
    from mkaudio.shards import DATASET_FILE, open_storage, read_dataset_info
    from mkaudio.shards import verify as problems_of

    try:
        info = read_dataset_info(open_storage(dataset))
    except ValueError as error:
        if (dataset / DATASET_FILE).is_file():  # damaged, which is what was asked; otherwise it is no dataset
            raise RuntimeError(str(error)) from error
        raise
    with watch("verify", info.n_shards, "shard") as report:
        problems = list(problems_of(dataset, lambda _: report(Progress(items=1))))
    for problem in problems[:_SHOWN]:
        print(f"✗ {problem}")
    if problems:
        raise RuntimeError(
            f"{dataset}: {len(problems)} problems" + (f", {_SHOWN} shown" if len(problems) > _SHOWN else "")
        )
    summary = Summary(info.counts, sum(one.n_sources for one in info.generations), info.next_key)
    for line in summary.lines():
        print(line)
    print(f"✓ {info.n_shards:,} shards are whole: every byte hashed, every sound decoded")
