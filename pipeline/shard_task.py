"""One shard of the sealed plan as a unit of work: read its rows, run the stages, write, commit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.experts.expert import Scorer
from mkaudio.pipeline.rows import read_rows
from mkaudio.pipeline.sources import Source
from mkaudio.pipeline.stages import Distillation
from mkaudio.pipeline.task import Workplace
from mkaudio.shards import ShardWriter, Storage, commit_shard, shard_name


@dataclass(frozen=True, slots=True)
class ShardTask:
    """Distils one shard of the sealed plan.

    Args:
        storage: of the dataset.
        plan: the sealed plan's file.
        generation: number of the plan.
        shard: number of the shard.
        sources: root name → what opens its inputs.
        config: settings.
        only: name of the one input to try; nothing is written then.
    """

    storage: Storage
    plan: str
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

    def smaller(self) -> "ShardTask | None":
        """Return the same work in half the micro-batch; None where it is one clip already."""
        half = self.config.batch_size // 2
        return replace(self, config=replace(self.config, batch_size=half)) if half else None

    def run(self, workplace: Workplace) -> dict[str, int]:
        """Distil the shard and commit it.

        Args:
            workplace: models, verdicts and journal.

        Returns:
            The counts that its marker states.
        """
        rows = read_rows(self.storage, self.plan, self.shard)
        if self.only is not None:
            rows = [row for row in rows if row.name == self.only]
        flow = Distillation(rows, self.sources, self.config, workplace)
        if self.only is not None:
            for _ in flow.clips():
                pass
            return {}
        with self.storage.staging(f"shard-{shard_name(self.shard)}") as staging:
            files = self._write(flow, workplace.tools.scorer, staging)
            facts = {
                "generation": self.generation, "batch_size": self.config.batch_size, "counts": flow.counts(),
                "heard": flow.heard(),
            }  # fmt: skip
            commit_shard(self.storage, self.shard, files, staging, facts)
        return flow.counts()

    def _write(self, flow: Distillation, scorer: Scorer, staging: Path) -> dict[str, Path]:
        """Run the flow and write its clips and refusals into a temporary folder."""
        scorer_id = f"{scorer.name}:{scorer.fingerprint()[:12]}"
        writer = ShardWriter(staging, self.shard, scorer.name, scorer_id, scorer.dimensions)
        try:
            for clip, flac in flow.clips():
                writer.add(clip, flac)
            for left in flow.left:
                where = (left.row.source_root, left.row.source_path, left.stage)
                writer.refuse(*where, left.refusal.reason, left.refusal.message, left.window, left.n_windows)
            return writer.finish(flow.percentiles())
        finally:
            writer.close()
