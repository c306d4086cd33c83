"""Events: the clips in which one sound stands alone become a database of single events."""

from mkaudio.pipeline.events.build import EventReport, build_events
from mkaudio.pipeline.events.inputs import open_inputs
from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.events.settings import EventSettings

__all__ = ["EventReport", "EventSettings", "LeftOut", "build_events", "open_inputs"]
