"""`--dry-run`: hours, clips, bytes, and a time estimate from 32 clips that are really distilled and thrown away."""

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.engine import Watch
from mkaudio.pipeline.index_pass import seal_plan
from mkaudio.pipeline.rows import PlanRow, sample_rows
from mkaudio.pipeline.run_local import LocalEngine
from mkaudio.pipeline.sources import Source
from mkaudio.pipeline.stages import Distillation
from mkaudio.pipeline.supervisor import Limits
from mkaudio.pipeline.task import ToolboxFactory, Workplace
from mkaudio.shards import DatasetInfo, LocalStorage, plan_file

TRIAL_CLIPS = 32
_LENGTHS = ("n_windows", "first_window", "n_frames", "sample_rate_hz")


@dataclass(frozen=True, slots=True)
class Trial:
    """What the trial cost: seconds after the models were warm, windows tried, clips left, their FLAC's bytes and seconds."""

    took_s: float = 0.0
    windows: int = 0
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
        kept: windows of them at most, where only so many of a sound are kept.
    """

    inputs: int
    refused: dict[str, int]
    duplicates: int
    clips: int
    audio_s: float
    trial: Trial
    kept: int

    def lines(self) -> list[str]:
        """Return the estimate as a person reads it."""
        refused = ", ".join(f"{count} {reason}" for reason, count in self.refused.items())
        lines = [
            f"sounds    {self.inputs:,} ({self.duplicates:,} duplicates, {sum(self.refused.values()):,} refused"
            + (f": {refused})" if refused else ")"),
            f"clips     {self.clips:,}"
            + (f", of which at most {self.kept:,} are kept" if self.kept < self.clips else ""),
            f"hours     {self.audio_s / 3600:.2f}",
        ]
        if self.trial.windows:
            passed = self.trial.clips / self.trial.windows * self.kept / max(1, self.clips)
            size = self.trial.flac_bytes / max(self.trial.audio_s, 1e-9) * self.audio_s * passed
            took_s = self.trial.took_s / self.trial.windows * self.clips
            lines += [
                f"on disk   about {size / 1e9:.2f} GB of FLAC",
                f"time      about {took_s / 60:.1f} min with one worker "
                f"({self.trial.windows} clips took {self.trial.took_s:.2f} s)",
            ]
            if left_out := self.trial.windows - self.trial.clips:
                lines.append(
                    f"left out  {left_out} of the {self.trial.windows} clips tried, by filters or as bad input"
                )
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
        windows = sum(row.n_windows for row in self.rows)
        flac_bytes, audio_s = sum(len(flac) for _, flac in clips), sum(clip.duration_s for clip, _ in clips)
        return Trial(took_s, windows, len(clips), flac_bytes, audio_s)


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
        LocalEngine(factory, storage := LocalStorage(Path(folder)), Limits(timeout_s)) as engine,
    ):
        empty = DatasetInfo(config.as_dict(), {}, factory.scorer_name)
        seal_plan(storage, empty, sources, config, engine, watch)
        plan = storage.root / plan_file(0)
        columns = pq.read_table(plan, columns=["refusal", "duplicate_of", *_LENGTHS])
        chosen = [
            row for source in sources for row in sample_rows(storage, plan_file(0), source.root_name, TRIAL_CLIPS)
        ]
        trial_rows = tuple(replace(row, n_windows=1) for row in chosen[:: -(-len(chosen) // TRIAL_CLIPS) or 1])
        trial = Trial()
        if trial_rows:
            with watch("try", len(trial_rows) + 1, "clip") as report:
                ((_, trial),) = engine.run([TrialTask(trial_rows, by_root, config)], report)
    lengths = {name: columns[name].to_numpy() for name in _LENGTHS}
    begins = (lengths["n_windows"] > 0) & (lengths["first_window"] == 0)
    refused = columns["refusal"].value_counts().to_pylist()
    return Estimate(
        inputs=int((lengths["first_window"] == 0).sum()),
        refused=dict(Counter({one["values"]: one["counts"] for one in refused if one["values"]}).most_common()),
        duplicates=columns["duplicate_of"].length() - pc.sum(pc.equal(columns["duplicate_of"], "")).as_py(),
        clips=int(lengths["n_windows"].sum()),
        audio_s=float((lengths["n_frames"][begins] / lengths["sample_rate_hz"][begins]).sum()),
        trial=trial,
        kept=int(np.minimum(lengths["n_windows"], config.max_windows_per_file or lengths["n_windows"].max()).sum()),
    )
