"""The `tagger` expert: what the ear heard, and when, put into sentences.

P patches, N classes. One-event captions name the surest classes that are different things; captions of two and three events
are proposed where so many are sure, and state order, overlap or background only where the timeline has it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.prompts import (
    CAPTION_VERSION,
    SURE,
    SoundEvent,
    ancestors,
    gather,
    is_a,
    load_phrases,
    scene_captions,
    single_caption,
    tellable,
)
from mkaudio.shards import Candidate

UNSURE = 0.2
"""Highest probability up to which a class gives way to a sure class above it. On the train packages this changes the best
class of 8 of 1,788 clips; at .3 it changes 18, and 4 that were right become too general."""


class TaggerExpert:
    """Captions the events of a clip.

    Args:
        classes: N names of the ear's classes.
        top_k: one-event captions a clip.
    """

    name = "tagger"

    def __init__(self, classes: tuple[str, ...], top_k: int = 3) -> None:
        phrases = load_phrases()
        self._top_k, self._classes = top_k, classes
        self._number = {name: number for number, name in enumerate(classes) if name in phrases}
        self._sayable = np.array(
            [number for name, number in self._number.items() if not (phrases[name].general or phrases[name].blind)], int
        )

    def fingerprint(self) -> str:
        """Return the version of the words and of the rules that put them together."""
        return CAPTION_VERSION

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return one-event captions, surest first, then those of two and three events where there are any.

        Args:
            clips: B clips.
        """
        return [self._of_clip(clip) for clip in clips]

    def _of_clip(self, clip: HeardClip) -> list[Candidate]:
        events = gather((one.label, one.start_s, one.end_s, one.confidence) for one in clip.timeline.events)
        heard = {event.label: event for event in events}
        captions = [
            single_caption(heard.get(name, _unplaced(name, clip)), clip.duration_s, clip.seed)
            for name in self.surest(clip.posteriors, clip.evidence)
        ]
        captions += scene_captions(tellable(events), clip.duration_s, clip.seed)
        return [Candidate(self.name, self.fingerprint(), caption.text, caption.n_events) for caption in captions]

    def surest(self, posteriors: NDArray[np.float32], evidence: NDArray[np.float32]) -> tuple[str, ...]:
        """Return the classes for which most speaks, none above or below another.

        Args:
            posteriors: (P, N) of a clip.
            evidence: (N,) of the clip.
        """
        pooled = (posteriors.mean(axis=0) + posteriors.max(axis=0)) / 2
        chosen: list[str] = []
        for number in self._sayable[np.argsort(-evidence[self._sayable], kind="stable")].tolist():
            name = self._as_sure_as_heard(self._classes[number], pooled)
            if not any(is_a(name, other) or is_a(other, name) for other in chosen):
                chosen.append(name)
            if len(chosen) == self._top_k:
                break
        return tuple(chosen)

    def _as_sure_as_heard(self, name: str, pooled: NDArray[np.float32]) -> str:
        """Return a class, or where it is not sure the nearest class above it that is: an Animal for a doubtful Dog."""
        phrases = load_phrases()
        if pooled[self._number[name]] < UNSURE:
            for above in ancestors(name):
                may_be_said = above in self._number and (phrases[above].group or not phrases[above].general)
                if may_be_said and pooled[self._number[above]] >= SURE:
                    return above
        return name


def _unplaced(name: str, clip: HeardClip) -> SoundEvent:
    """An event of a class that is nowhere probable enough to be placed in time: nothing but its name is said."""
    return SoundEvent(name, ((0.0, clip.duration_s),), 0.0)
