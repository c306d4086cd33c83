"""Filters: what is usable and left out. A file each; here is which of them a run has, in the order in which they are asked."""

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.filters.activity import activity_s
from mkaudio.pipeline.filters.bandwidth import BandwidthFilter
from mkaudio.pipeline.filters.clipping import ClippingFilter
from mkaudio.pipeline.filters.duration import DurationFilter
from mkaudio.pipeline.filters.filter import Filter, Sound, first_refusal
from mkaudio.pipeline.filters.most_active import MostActive
from mkaudio.pipeline.filters.music import MusicFilter
from mkaudio.pipeline.filters.silence import SilenceFilter
from mkaudio.pipeline.filters.speech import SpeechFilter
from mkaudio.pipeline.timeline import Timeline

__all__ = ["Filter", "MostActive", "Sound", "activity_s", "first_refusal", "heard_filters", "sound_filters"]


def sound_filters(config: DistillConfig) -> tuple[Filter[Sound], ...]:
    """Return the filters that need only the sound; those that a setting turns off cost nothing.

    Silence is asked first, so that a source is refused as silent whatever else could be said of it.

    Args:
        config: settings.
    """
    filters: list[Filter[Sound]] = [SilenceFilter(config.silence_dbfs)]
    if config.min_duration_s > 0:
        filters.append(DurationFilter(config.min_duration_s))
    if config.max_clipped_share < 1:
        filters.append(ClippingFilter(config.max_clipped_share))
    if config.min_bandwidth_hz > 0:
        filters.append(BandwidthFilter(config.min_bandwidth_hz))
    return tuple(filters)


def heard_filters(config: DistillConfig) -> tuple[Filter[Timeline], ...]:
    """Return the filters that need what the ear heard.

    Args:
        config: settings.
    """
    return (SpeechFilter(config.speech, config.speech_share), MusicFilter(config.music, config.music_share))
