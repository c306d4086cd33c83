"""What was heard, a class a time: its spans, and how sure; and which of the classes are told apart.

>>> bark = SoundEvent("Bark", ((0.0, 1.0), (3.0, 4.0)), 0.9)
>>> bark.start_s, bark.end_s, bark.heard_s
(0.0, 4.0, 2.0)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mkaudio.prompts.event_phrase import EventPhrase, ancestors, is_a, load_phrases

SURE = 0.7
"""Confidence from which a caption may say more of a class than its name, or name it second. Source: on the train packages
the share of clips whose surest class is right grows with its probability up to .7 (.22 at .5, .31 to .36 from .7 on)."""

_AMBIGUOUS = "Source-ambiguous sounds"


@dataclass(frozen=True, slots=True)
class SoundEvent:
    """A class and when it is heard in a clip.

    Attributes:
        label: Name of the class.
        spans: (start_s, end_s) of each time it is heard, in order.
        confidence: Highest over the spans, 0 to 1.
    """

    label: str
    spans: tuple[tuple[float, float], ...]
    confidence: float

    @property
    def start_s(self) -> float:
        """When it is first heard."""
        return self.spans[0][0]

    @property
    def end_s(self) -> float:
        """When it is last heard."""
        return self.spans[-1][1]

    @property
    def heard_s(self) -> float:
        """How long it is heard, pauses left out."""
        return sum(end_s - start_s for start_s, end_s in self.spans)

    @property
    def phrase(self) -> EventPhrase:
        """The words of its class."""
        return load_phrases()[self.label]

    def shared_s(self, other: "SoundEvent") -> float:
        """Return how long both are heard at once.

        Args:
            other: of the same clip.
        """
        both = (min(a[1], b[1]) - max(a[0], b[0]) for a in self.spans for b in other.spans)
        return sum(max(0.0, shared_s) for shared_s in both)


def gather(rows: Iterable[tuple[str, float, float, float]]) -> tuple[SoundEvent, ...]:
    """Gather the spans of each class.

    Args:
        rows: (class, start_s, end_s, confidence) of each span, in any order; unknown classes are passed over.

    Returns:
        An event a class, surest first; ties by start, then name.
    """
    of_class: dict[str, list[tuple[float, float, float]]] = {}
    for label, start_s, end_s, confidence in rows:
        if label in load_phrases():
            of_class.setdefault(label, []).append((start_s, end_s, confidence))
    events = [
        SoundEvent(
            label, tuple(sorted((start_s, end_s) for start_s, end_s, _ in spans)), max(span[2] for span in spans)
        )
        for label, spans in of_class.items()
    ]
    return tuple(sorted(events, key=lambda event: (-event.confidence, event.start_s, event.label)))


def tellable(events: Sequence[SoundEvent]) -> tuple[SoundEvent, ...]:
    """Return the sure events that are different sounds; of two that may be the same sound, only the surer is told.

    A class goes before the classes above it as soon as it is sure itself: a Dog is told, not an Animal.

    Args:
        events: of a clip, surest first.
    """
    sure = [event for event in events if event.confidence >= SURE and not (event.phrase.general or event.phrase.blind)]
    lowest = [
        event
        for event in sure
        if not any(other.label != event.label and is_a(other.label, event.label) for other in sure)
    ]
    told: list[SoundEvent] = []
    for event in lowest:
        if not any(_may_be_one(event, other) for other in told):
            told.append(event)
    return tuple(told)


def _may_be_one(one: SoundEvent, other: SoundEvent) -> bool:
    """Whether two events may be one sound that the ear gives two names.

    So it is with kin, and, where both are heard at once, with two sounds of one root of the hierarchy (a Cello and a
    Violin, a Truck and a Train) and with names of no source: a Thump is the sound of the Door.
    """
    if is_a(one.label, other.label) or is_a(other.label, one.label):
        return True
    if one.shared_s(other) <= 0:
        return False
    roots = _root(one.label), _root(other.label)
    return roots[0] == roots[1] or _AMBIGUOUS in roots


def _root(label: str) -> str:
    return ([label, *ancestors(label)])[-1]
