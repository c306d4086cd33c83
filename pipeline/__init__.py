"""Sound in → prompted shards."""

from mkaudio.pipeline.cluster import Workers
from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.distill import distill, summarise
from mkaudio.pipeline.estimate import estimate
from mkaudio.pipeline.experts.expert import Ear, Expert, HeardClip, Scorer, Toolbox
from mkaudio.pipeline.output import opened_output
from mkaudio.pipeline.report import Summary
from mkaudio.pipeline.run_local import LocalEngine
from mkaudio.pipeline.run_ray import RayEngine
from mkaudio.pipeline.sources import Source, open_sources
from mkaudio.pipeline.supervisor import Limits
from mkaudio.pipeline.verdicts import EngineError

__all__ = [
    "DistillConfig",
    "Ear",
    "EngineError",
    "Expert",
    "HeardClip",
    "Limits",
    "LocalEngine",
    "RayEngine",
    "Scorer",
    "Source",
    "Summary",
    "Toolbox",
    "Workers",
    "distill",
    "estimate",
    "open_sources",
    "opened_output",
    "summarise",
]  # fmt: skip
