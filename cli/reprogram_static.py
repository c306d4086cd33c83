"""`mkaudio reprogram --output`: epochs of compositions as an ordinary dataset, distilled like any other sounds."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from mkaudio.cli.toolbox import StarterToolbox
    from mkaudio.pipeline import Toolbox
    from mkaudio.pipeline.stream import Opened
    from mkaudio.pipeline.task import Progress, ToolboxFactory
    from mkaudio.shards import Storage

EXIT_REFUSED = 3
_BARS = {"probe": "plan", "distil": "compose"}


@dataclass(frozen=True, slots=True)
class Where:
    """How it is written.

    Args:
        clap: who scores.
        samples_per_shard: clips in a shard.
        limit: only so many clips of each epoch; None for all.
        engine: ray or local.
        workers: of the ray engine.
        address: of a running cluster.
        resume: finish an interrupted one.
        cache: folder of the models.
    """

    clap: str
    samples_per_shard: int
    limit: int | None
    engine: str
    workers: int | None
    address: str | None
    resume: bool
    cache: Path | None


@dataclass(frozen=True, slots=True)
class ReprogrammedToolbox:
    """The starter's ear and scorer, and the sentences of the compositions as the only expert.

    Args:
        starter: the models.
        version: of all that decides the compositions.
        settings: the same so that a person sees what differs: (setting, value).
    """

    starter: "StarterToolbox"
    version: str
    settings: tuple[tuple[str, str], ...]

    @property
    def scorer_name(self) -> str:
        """The folder of the embeddings."""
        return self.starter.scorer_name

    def fingerprints(self) -> dict[str, str]:
        """Return model → hash, without loading weights, and what decides the compositions."""
        return self.starter.fingerprints() | dict(self.settings)

    def __call__(self) -> "Toolbox":
        """Load the models."""
        from mkaudio.pipeline import Toolbox
        from mkaudio.pipeline.experts.reprogrammed import ReprogrammedExpert

        tools = self.starter()
        return Toolbox(tools.ear, tools.scorer, (ReprogrammedExpert(self.version),))


def write_static(opened: "Opened", epochs: range, output: str, where: Where) -> None:
    """Write epochs as a dataset; killed and resumed, the same bytes.

    Args:
        opened: the samples.
        epochs: which.
        output: folder or address of the dataset.
        where: how it is written.

    Raises:
        Exit: with code 3: compositions were refused.
        RuntimeError: the sums do not close.
        ValueError: the output holds something, or `where` makes no sense.
    """
    from mkaudio.cli.engines import engine_choice
    from mkaudio.pipeline import distill, opened_output
    from mkaudio.pipeline.reprogram.source import CompositionSource
    from mkaudio.pipeline.reprogram.static import static_config
    from mkaudio.pipeline.reprogram.tally import tally_of
    from mkaudio.pipeline.run_log import write_run_log
    from mkaudio.shards import open_storage, read_dataset_info

    if where.limit is not None and where.limit < 1:
        raise ValueError(f"--limit {where.limit}: at least 1")
    started, mode = time.monotonic(), "resume" if where.resume else "new"
    config, factory = static_config(opened.recipe, where.samples_per_shard), _factory(opened, epochs, where)
    choice = engine_choice(where.engine, where.workers, where.address, 1.0, 0.0, 600.0, None)
    storage = open_storage(output)
    if not where.resume:
        _refuse_what_is_there(storage, output)
    source = CompositionSource(opened.samples, opened.fingerprint, epochs, where.limit)
    n_clips = len(epochs) * min(len(opened.samples), where.limit or len(opened.samples))
    with (
        opened_output(storage, "resume" if where.resume else "new", config, factory) as (info, lock),
        choice.engine(factory, storage, [source], lock) as engine,
    ):
        summary = distill(storage, info, [source], config, engine, lambda *what: _watch(n_clips, *what))
        verdicts = {f"{task}: {name}": str(verdict) for (task, name), verdict in engine.verdicts.items()}
    took_s = time.monotonic() - started
    write_run_log(storage, mode, took_s, summary, verdicts)
    print(f"took {took_s:.0f} s", file=sys.stderr)
    print(*summary.lines(), *tally_of(storage, read_dataset_info(storage)).lines(), sep="\n")
    if not (summary.sources_close and summary.windows_close):
        raise RuntimeError(f"the sums do not close: run mkaudio verify {output}")
    print(f"{output}: epochs {epochs.start} to {epochs.stop - 1}; look at it with mkaudio inspect {output}")
    print("every sample's parts and their licences are in the manifest's column parts", file=sys.stderr)
    if summary.counts["sources_refused"]:
        print(
            f"mkaudio: {summary.counts['sources_refused']} compositions were refused; mkaudio inspect {output} shows why",
            file=sys.stderr,
        )
        raise typer.Exit(EXIT_REFUSED)


def _refuse_what_is_there(storage: "Storage", output: str) -> None:
    """Say what to do about a dataset in the output; anything else in it is refused where it is opened.

    Raises:
        ValueError: there is a dataset.
    """
    from mkaudio.shards import DATASET_FILE, read_dataset_info

    if storage.state(DATASET_FILE) is None or not (info := read_dataset_info(storage)).generations:
        return
    if info.is_composed:
        raise ValueError(f"--output {output}: there is one already; --resume finishes it, or name another --output")
    raise ValueError(f"--output {output}: a dataset that mkaudio distill wrote; name another --output")


def _watch(
    n_clips: int, what: str, total: int | None, unit: str
) -> "AbstractContextManager[Callable[[Progress], None]]":
    """Show a bar under the name of what is done here; how many there will be is known from the beginning."""
    from mkaudio.cli.progress import watch

    return watch(_BARS.get(what, what), n_clips if total is None else total, "sample" if unit == "file" else unit)


def _factory(opened: "Opened", epochs: range, where: Where) -> "ToolboxFactory":
    from mkaudio.cli.toolbox import StarterToolbox
    from mkaudio.models.starter.fetch import starter_folder, starter_ready
    from mkaudio.models.starter.speeds import SPEEDS

    if where.clap not in SPEEDS:
        raise ValueError(f"--clap {where.clap}: not known; there is {', '.join(SPEEDS)}")
    if not starter_ready(where.cache):
        raise ValueError("the starter pack is not there: mkaudio fetch starter")
    pack = starter_folder(where.cache).absolute()  # workers may have another working directory
    settings = opened.in_words() | {"epochs": f"{epochs.start}:{epochs.stop}"}
    starter = StarterToolbox(pack, experts=(), clap=where.clap)
    return ReprogrammedToolbox(starter, opened.fingerprint, tuple(settings.items()))
