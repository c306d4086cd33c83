"""One shard of the sealed plan as a unit of work: read its rows, run the stages, write, commit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.rows import read_rows
from mkaudio.pipeline.sources import Source
from mkaudio.pipeline.stages import Distillation
from mkaudio.pipeline.task import Workplace
from mkaudio.shards import ShardWriter, commit_shard, fresh_folder, remove_folder, shard_name, staging_folder


@dataclass(frozen=True, slots=True)
class ShardTask:
    """Distils one shard of the sealed plan.

    Args:
        dataset: output folder.
        plan: the sealed plan's file.
        generation: number of the plan.
        shard: number of the shard.
        sources: root name → what opens its inputs.
        config: settings.
        only: name of the one input to try; nothing is written then.
    """

    dataset: Path
    plan: Path
    generation: int
    shard: int
    sources: Mapping[str, Source]
    config: DistillConfig
    only: str | None = None

    @property
    def name(self) -> str:
        """The shard's name in messages."""
        return f"shard {shard_name(self.shard)}"

    def alone(self, name: str) -> "ShardTask":
        """Return the same work on one input, which writes nothing.

        Args:
            name: root/path of the input.
        """
        return replace(self, only=name)

    def run(self, workplace: Workplace) -> dict[str, int]:
        """Distil the shard and commit it.

        Args:
            workplace: models, verdicts and journal.

        Returns:
            The counts that its marker states.
        """
        rows = read_rows(self.plan, self.shard)
        if self.only is not None:
            rows = [row for row in rows if row.name == self.only]
        flow = Distillation(rows, self.sources, self.config, workplace)
        if self.only is not None:
            for _ in flow.clips():
                pass
            return {}
        scorer = workplace.tools.scorer
        staging = fresh_folder(staging_folder(self.dataset, self.shard))
        scorer_id = f"{scorer.name}:{scorer.fingerprint()[:12]}"
        writer = ShardWriter(staging, self.shard, scorer.name, scorer_id, scorer.dimensions, self.config.min_score)
        try:
            for clip, flac in flow.clips():
                writer.add(clip, flac)
            for left in flow.left:
                where = (left.row.source_root, left.row.source_path, left.stage)
                writer.refuse(*where, left.refusal.reason, left.refusal.message, left.window, left.n_windows)
            files = writer.finish(flow.percentiles())
        finally:
            writer.close()
        counts = flow.counts()
        commit_shard(self.dataset, self.shard, files, staging, {"generation": self.generation, "counts": counts})
        remove_folder(staging)
        return counts
