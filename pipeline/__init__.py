"""Sound in → prompted shards."""

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.distill import distill, summarise
from mkaudio.pipeline.estimate import estimate
from mkaudio.pipeline.experts.expert import Ear, Expert, HeardClip, Scorer, Toolbox
from mkaudio.pipeline.output import opened_output
from mkaudio.pipeline.report import Summary
from mkaudio.pipeline.run_local import LocalEngine
from mkaudio.pipeline.sources import Source, open_sources
from mkaudio.pipeline.verdicts import EngineError

__all__ = [
    "DistillConfig",
    "Ear",
    "EngineError",
    "Expert",
    "HeardClip",
    "LocalEngine",
    "Scorer",
    "Source",
    "Summary",
    "Toolbox",
    "distill",
    "estimate",
    "open_sources",
    "opened_output",
    "summarise",
]  # fmt: skip
