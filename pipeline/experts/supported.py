"""Which claims of a bank's caption a clip bears out: that a sound comes again, lasts, is loud, or comes before another.

T samples.
"""

import numpy as np

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.prompts import SURE, is_a
from mkaudio.shards import Event

_SOFT_DBFS, _LOUD_DBFS = -35.0, -12.0
"""Levels below and above which a clip is soft or loud as it is stored: of 3,290 sounds of games the lowest 4 and the highest
6 % (first 10 s, mono)."""
_LASTING_SHARE, _LASTING_S = 0.8, 3.0
"""What lasts fills so much of a clip that is at least so long, in one run: it is said to be without a pause."""
_TIMES = 3
"""Runs on the timeline from which a sound is repeated. Each is apart from the next by more than a patch (timeline.py)."""
_OVERLAP_S = 0.5
"""Half a patch of YAMNet: what overlaps by less may as well follow."""


def level_claim(clip: HeardClip) -> str:
    """Return "soft", "loud" or "": what may be said of a clip's level.

    Args:
        clip: of which one waveform (T,) is measured.
    """
    waveform = clip.waveforms[min(clip.waveforms)]
    mean_square = float(np.mean(np.square(waveform, dtype=np.float64))) if len(waveform) else 0.0
    rms_dbfs = round(10 * np.log10(mean_square), 1) if mean_square > 0 else -np.inf
    return "soft" if rms_dbfs < _SOFT_DBFS else "loud" if rms_dbfs > _LOUD_DBFS else ""


def bears_out(clip: HeardClip, events: tuple[str, ...], claim: str) -> bool:
    """Say whether the timeline of a clip supports a claim about classes; two events are told only where both are sure.

    Args:
        clip: with its timeline.
        events: the classes that a caption names, in its order.
        claim: "repeated", "lasting", "together" or "order"; all others are a matter of level or nothing.
    """
    heard = [_of_class(clip, name) for name in events]
    if claim == "repeated":
        return any(len(runs) >= _TIMES for runs in heard[0].values())
    if claim == "lasting":
        lasts_s = max((run.end_s - run.start_s for runs in heard[0].values() for run in runs), default=0.0)
        return clip.duration_s >= _LASTING_S and lasts_s >= _LASTING_SHARE * clip.duration_s
    if claim in ("order", "together"):
        first, second = ([run for runs in one.values() for run in runs if run.confidence >= SURE] for one in heard)
        if not (first and second):
            return False
        if claim == "together":
            return any(min(a.end_s, b.end_s) - max(a.start_s, b.start_s) >= _OVERLAP_S for a in first for b in second)
        return min(run.start_s for run in second) >= max(run.end_s for run in first) - _OVERLAP_S
    return claim in ("", "soft", "loud")


def is_heard(clip: HeardClip, name: str) -> bool:
    """Say whether a class itself, or a kind of it, is on the timeline of a clip.

    Args:
        clip: with its timeline.
        name: of the class.
    """
    return any(is_a(event.label, name) for event in clip.timeline.events)


def _of_class(clip: HeardClip, name: str) -> dict[str, list[Event]]:
    """Return label to runs of a class: its own and those of its kinds, not what is above: an animal may be no dog."""
    found: dict[str, list[Event]] = {}
    for event in clip.timeline.events:
        if is_a(event.label, name):
            found.setdefault(event.label, []).append(event)
    return found
