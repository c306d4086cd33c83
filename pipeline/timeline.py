"""Class probabilities in time → events: what, from when to when, how sure.

P patches, N classes. A patch stands for the hop around its centre; the first and the last reach to the clip's ends.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.prompts import is_a, load_phrases
from mkaudio.shards import Event

ACTIVE = 0.3
"""Probability from which a class counts as heard in a patch; chosen on the train packages by tests/benchmarks/prompt_truth.py."""
STILL_ACTIVE = 0.1
"""Probability down to which a class goes on that is heard nearby, so that it neither ends nor begins where it is only
fainter. Chosen on the train packages by tests/benchmarks/caption_order.py: at .3, without this, 16 of 233 clips of one sound
are told as two events, at .1 8; of the true orders of two clips as many are told."""
_MAX_EVENTS = 32


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was heard in a clip.

    Args:
        events: surest first.
        speech_share: share of patches in which speech is heard.
        music_share: the same for music.
    """

    events: tuple[Event, ...]
    speech_share: float
    music_share: float


def timeline_of(
    posteriors: NDArray[np.float32], classes: tuple[str, ...], hop_s: float, patch_s: float, duration_s: float
) -> Timeline:
    """Make the timeline of a clip.

    Args:
        posteriors: (P, N), 0 to 1.
        classes: N names.
        hop_s: from patch to patch.
        patch_s: length of a patch.
        duration_s: length of the clip.
    """
    active = posteriors >= ACTIVE
    lasting = posteriors >= STILL_ACTIVE
    events = []
    for number in np.flatnonzero(active.any(axis=0)):
        for first, last in _runs(active[:, number], lasting[:, number]):
            start_s = 0.0 if first == 0 else first * hop_s + (patch_s - hop_s) / 2
            end_s = duration_s if last == len(posteriors) - 1 else last * hop_s + (patch_s + hop_s) / 2
            confidence = float(posteriors[first : last + 1, number].max())
            events.append(
                Event(classes[number], round(start_s, 3), round(min(end_s, duration_s), 3), round(confidence, 4))
            )
    events.sort(key=lambda event: (-event.confidence, event.start_s, event.label))
    return Timeline(tuple(events[:_MAX_EVENTS]), _share(active, classes, "Speech"), _share(active, classes, "Music"))


def _runs(active: NDArray[np.bool_], lasting: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, last) of each run of lasting patches that has an active one; a gap of one patch ends no run."""
    runs: list[tuple[int, int]] = []
    for patch in np.flatnonzero(lasting).tolist():
        if runs and patch - runs[-1][1] <= 2:
            runs[-1] = (runs[-1][0], patch)
        else:
            runs.append((patch, patch))
    return [(first, last) for first, last in runs if active[first : last + 1].any()]


def _share(active: NDArray[np.bool_], classes: tuple[str, ...], group: str) -> float:
    members = [number for number, name in enumerate(classes) if name in load_phrases() and is_a(name, group)]
    return round(float(active[:, members].any(axis=1).mean()), 4) if members else 0.0
