"""`--dry-run`: hours, clips, bytes, and a time estimate from 32 clips that are really distilled and thrown away."""

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.engine import Watch
from mkaudio.pipeline.index_pass import seal_plan
from mkaudio.pipeline.rows import PlanRow, row_of
from mkaudio.pipeline.run_local import LocalEngine
from mkaudio.pipeline.sources import Source
from mkaudio.pipeline.stages import Distillation
from mkaudio.pipeline.supervisor import Limits
from mkaudio.pipeline.task import ToolboxFactory, Workplace
from mkaudio.shards import DatasetInfo, open_storage, plan_file

TRIAL_CLIPS = 32


@dataclass(frozen=True, slots=True)
class Trial:
    """What the trial clips cost: seconds after the models were warm, clips, bytes of FLAC, seconds of sound."""

    took_s: float = 0.0
    clips: int = 0
    flac_bytes: int = 0
    audio_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run would do.

    Args:
        inputs: sounds listed.
        refused: reason → how many are refused already by their header.
        duplicates: sounds with the bytes of an earlier one.
        clips: windows planned.
        audio_s: seconds of sound in them.
        trial: what some of them cost.
    """

    inputs: int
    refused: dict[str, int]
    duplicates: int
    clips: int
    audio_s: float
    trial: Trial

    def lines(self) -> list[str]:
        """Return the estimate as a person reads it."""
        refused = ", ".join(f"{count} {reason}" for reason, count in self.refused.items())
        lines = [
            f"sounds    {self.inputs:,} ({self.duplicates:,} duplicates, {sum(self.refused.values()):,} refused"
            + (f": {refused})" if refused else ")"),
            f"clips     {self.clips:,}",
            f"hours     {self.audio_s / 3600:.2f}",
        ]
        if self.trial.clips:
            size = self.trial.flac_bytes / max(self.trial.audio_s, 1e-9) * self.audio_s
            took_s = self.trial.took_s / self.trial.clips * self.clips
            lines += [
                f"on disk   about {size / 1e9:.2f} GB of FLAC",
                f"time      about {took_s / 60:.1f} min with one worker "
                f"({self.trial.clips} clips took {self.trial.took_s:.2f} s)",
            ]
        return [*lines, "nothing was written (--dry-run)"]


@dataclass(frozen=True, slots=True)
class TrialTask:
    """Distils single windows of some rows and throws the clips away.

    Args:
        rows: one window each.
        sources: root name → what opens its inputs.
        config: settings.
    """

    rows: tuple[PlanRow, ...]
    sources: dict[str, Source]
    config: DistillConfig

    @property
    def name(self) -> str:
        """The task's name in messages."""
        return "trial"

    def alone(self, name: str) -> "TrialTask":
        """Return the trial of one input.

        Args:
            name: root/path.
        """
        return replace(self, rows=tuple(row for row in self.rows if row.name == name))

    def smaller(self) -> None:
        """Return None: the trial is of the batch size that was asked for."""

    def run(self, workplace: Workplace) -> Trial:
        """Distil the first row to warm the models, then all of them against the clock.

        Args:
            workplace: models and journal.
        """
        list(Distillation(list(self.rows[:1]), self.sources, self.config, workplace).clips())
        started = time.perf_counter()
        clips = list(Distillation(list(self.rows), self.sources, self.config, workplace).clips())
        took_s = time.perf_counter() - started
        return Trial(took_s, len(clips), sum(len(flac) for _, flac in clips), sum(clip.duration_s for clip, _ in clips))


def estimate(
    sources: list[Source], config: DistillConfig, factory: ToolboxFactory, timeout_s: float, watch: Watch
) -> Estimate:
    """Index the inputs into a temporary folder and distil a few clips.

    Args:
        sources: the inputs.
        config: settings.
        factory: of the models.
        timeout_s: a worker that reports nothing for so long is ended.
        watch: makes progress bars.
    """
    by_root = {source.root_name: source for source in sources}
    with (
        tempfile.TemporaryDirectory(prefix="mkaudio-dry-run-") as folder,
        LocalEngine(factory, open_storage(Path(folder)), Limits(timeout_s)) as engine,
    ):
        storage = open_storage(Path(folder))
        empty = DatasetInfo(config.as_dict(), {}, factory.scorer_name)
        seal_plan(storage, empty, sources, config, engine, watch)
        rows = [row_of(record) for record in pq.read_table(Path(folder) / plan_file(0)).to_pylist()]
        sounding = [row for row in rows if row.n_windows]
        chosen = np.linspace(0, len(sounding) - 1, min(TRIAL_CLIPS, len(sounding))).astype(int).tolist()
        trial_rows = tuple(replace(sounding[number], n_windows=1) for number in chosen)
        trial = Trial()
        if trial_rows:
            with watch("try", len(trial_rows) + 1, "clip") as report:
                ((_, trial),) = engine.run([TrialTask(trial_rows, by_root, config)], report)
    return Estimate(
        inputs=sum(row.is_source for row in rows),
        refused=dict(Counter(row.refusal for row in rows if row.refusal).most_common()),
        duplicates=sum(row.duplicate_of != "" for row in rows),
        clips=sum(row.n_windows for row in rows),
        audio_s=sum(row.n_frames / row.sample_rate_hz for row in sounding if row.is_source),
        trial=trial,
    )
