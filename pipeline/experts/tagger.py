"""The `tagger` expert: what the ear heard, and when, put into sentences.

P patches, N classes. One-event captions name the surest classes; a two-event caption is proposed only where two events
that are not the same thing are both sure, and states an order only where the timeline has one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.prompts import PHRASES_VERSION, EventPhrase, in_order, is_a, load_phrases, sentence, together
from mkaudio.shards import Candidate, Event

SURE = 0.7
"""Confidence that both events of a two-event caption need; chosen by tests/benchmarks/prompt_truth.py on the train packages."""
_OVERLAP_S = 0.5


class TaggerExpert:
    """Captions the events of a clip.

    Args:
        classes: N names of the ear's classes.
        top_k: one-event captions a clip.
    """

    name = "tagger"

    def __init__(self, classes: tuple[str, ...], top_k: int = 2) -> None:
        phrases = load_phrases()
        self._top_k = top_k
        self._phrases: dict[int, EventPhrase] = {
            number: phrases[name]
            for number, name in enumerate(classes)
            if name in phrases and not (phrases[name].general or phrases[name].blind)
        }
        self._numbers = np.array(sorted(self._phrases))

    def fingerprint(self) -> str:
        """Return the version of the words."""
        return PHRASES_VERSION

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return one-event captions, surest first, then a two-event caption where there is one.

        Args:
            clips: B clips.
        """
        return [self._of_clip(clip) for clip in clips]

    def _of_clip(self, clip: HeardClip) -> list[Candidate]:
        found = [
            Candidate(self.name, self.fingerprint(), sentence(one.clause), 1) for one in self._surest(clip.evidence)
        ]
        two = two_event_caption(clip.timeline.events)
        return [*found, Candidate(self.name, self.fingerprint(), two, 2)] if two else found

    def _surest(self, evidence: NDArray[np.float32]) -> list[EventPhrase]:
        order = self._numbers[np.argsort(-evidence[self._numbers], kind="stable")[: self._top_k]]
        return [self._phrases[number] for number in order.tolist()]


def two_event_caption(events: Sequence[Event]) -> str:
    """Return a sentence with the two surest events that are not the same thing; "" where there are none.

    Args:
        events: of a clip, surest first.
    """
    phrases = load_phrases()
    sure = [event for event in events if event.confidence >= SURE and not _unsayable(phrases[event.label])]
    for second in sure[1:]:
        first = sure[0]
        if _related(first.label, second.label):
            continue
        earlier, later = sorted((first, second), key=lambda event: (event.start_s, event.end_s))
        if later.start_s >= earlier.end_s - _OVERLAP_S:
            return in_order(phrases[earlier.label].clause, phrases[later.label].clause)
        return together(phrases[first.label].clause, phrases[second.label].clause)
    return ""


def _unsayable(phrase: EventPhrase) -> bool:
    return phrase.general or phrase.blind


def _related(one: str, other: str) -> bool:
    return is_a(one, other) or is_a(other, one)
