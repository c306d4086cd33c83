"""`mkaudio reprogram --output`: epochs of compositions as an ordinary dataset, distilled like any other sounds."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.cli.toolbox import StarterToolbox
    from mkaudio.pipeline import DistillConfig, Toolbox
    from mkaudio.pipeline.stream import Opened


@dataclass(frozen=True, slots=True)
class Where:
    """How it is written.

    Args:
        clap: who scores.
        samples_per_shard: clips in a shard.
        engine: ray or local.
        workers: of the ray engine.
        address: of a running cluster.
        resume: finish an interrupted one.
        cache: folder of the models.
    """

    clap: str
    samples_per_shard: int
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
    """

    starter: "StarterToolbox"
    version: str

    @property
    def scorer_name(self) -> str:
        """The folder of the embeddings."""
        return self.starter.scorer_name

    def fingerprints(self) -> dict[str, str]:
        """Return model → hash, without loading weights."""
        return self.starter.fingerprints() | {"reprogram": self.version}

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
        RuntimeError: the sums do not close.
    """
    from mkaudio.cli.engines import engine_choice
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline import distill, opened_output
    from mkaudio.pipeline.reprogram.source import CompositionSource
    from mkaudio.shards import open_storage

    config, factory, storage = _config(opened, where), _factory(opened, where), open_storage(output)
    choice = engine_choice(where.engine, where.workers, where.address, 1.0, 0.0, 600.0, None)
    source = CompositionSource(
        opened.samples, f"{opened.fingerprint} {epochs.start}:{epochs.stop}", epochs, "compositions"
    )
    with (
        opened_output(storage, "resume" if where.resume else "new", config, factory) as (info, lock),
        choice.engine(factory, storage, [source], lock) as engine,
    ):
        summary = distill(storage, info, [source], config, engine, watch)
    for line in summary.lines():
        print(line)
    if not (summary.sources_close and summary.windows_close):
        raise RuntimeError(f"the sums do not close: run mkaudio verify {output}")
    print(f"{output}: epochs {epochs.start} to {epochs.stop - 1}; look at it with mkaudio inspect {output}")
    print("every sample's parts and their licences are in the manifest's column parts", file=sys.stderr)


def _config(opened: "Opened", where: Where) -> "DistillConfig":
    """Return settings that leave nothing out: what was distilled once is good enough to be composed."""
    from mkaudio.pipeline import DistillConfig

    return DistillConfig(
        window_s=opened.recipe.window_s, store_channels="source", samples_per_shard=where.samples_per_shard,
        silence_dbfs=-200.0, max_clipped_share=1.0, file_names=False,
    )  # fmt: skip


def _factory(opened: "Opened", where: Where) -> ReprogrammedToolbox:
    from mkaudio.cli.toolbox import StarterToolbox
    from mkaudio.models.starter.fetch import starter_folder, starter_ready
    from mkaudio.models.starter.speeds import SPEEDS

    if where.clap not in SPEEDS:
        raise ValueError(f"--clap {where.clap}: not known; there is {', '.join(SPEEDS)}")
    if not starter_ready(where.cache):
        raise ValueError("the starter pack is not there: mkaudio fetch starter")
    pack = starter_folder(where.cache).absolute()  # workers may have another working directory
    return ReprogrammedToolbox(StarterToolbox(pack, experts=(), clap=where.clap), opened.fingerprint)
