"""What was heard, a class a time: its spans, and how sure; and which of the classes are told apart.

>>> bark = SoundEvent("Bark", ((0.0, 1.0), (3.0, 4.0)), 0.9)
>>> bark.start_s, bark.end_s, bark.heard_s
(0.0, 4.0, 2.0)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mkaudio.prompts.event_phrase import EventPhrase, ancestors, is_a, load_phrases

SURE = 0.7
"""Confidence from which a caption may say more of a class than its name, or name it second. Source: on the train packages
the share of clips whose surest class is right grows with its probability up to .7 (.22 at .5, .31 to .36 from .7 on); at
.8 captions of two events are hardly more often right (.96 against .95), and a quarter fewer
(tests/benchmarks/caption_order.py)."""

PLACED_S = 0.7
"""An event beside others must be heard in more than one patch of the ear (0.48 s each; 0.72 s at a clip's ends). Of 429
train pairs of clips laid over each other this leaves 56 of 77 captions of two events, and 29 of the 37 that name both rightly."""

ALIKE = (
    ("Water", "Liquid"), ("Water", "Boat, Water vehicle"), ("Water", "Water tap, faucet"), ("Water", "Sink (filling or washing)"),
    ("Thunderstorm", "Explosion"), ("Whistling", "Bird"), ("Alarm", "Bird"), ("Alarm", "Music"), ("Radio", "Speech"),
    ("Radio", "Music"), ("Television", "Speech"), ("Television", "Music"), ("Grunt", "Pig"), ("Groan", "Pig"),
    ("Snoring", "Growling"), ("Grunt", "Roaring cats (lions, tigers)"), ("Mechanisms", "Tools"), ("Screaming", "Crow"),
)  # fmt: skip
"""Pairs of which the ear gives both names to one sound, with all that lies below them. Source: read off captions of single
sounds that were told as two, over the whole of the fetched sounds (val too); the order figures hardly move with it."""

_AMBIGUOUS = "Source-ambiguous sounds"


@dataclass(frozen=True, slots=True)
class SoundEvent:
    """A class and when it is heard in a clip.

    Attributes:
        label: Name of the class.
        spans: (start_s, end_s) of each time it is heard, in order, none reaching into the next.
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
    """Gather the spans of each class; spans that reach into each other become one.

    Args:
        rows: (class, start_s, end_s, confidence) of each span, in any order; unknown classes are passed over.

    Returns:
        An event a class, surest first; ties by start, then name.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    surest: dict[str, float] = {}
    for label, start_s, end_s, confidence in sorted(rows):
        if label in load_phrases():
            of_class = spans.setdefault(label, [])
            if of_class and start_s <= of_class[-1][1]:
                start_s, end_s = of_class[-1][0], max(end_s, of_class.pop()[1])
            of_class.append((start_s, end_s))
            surest[label] = max(confidence, surest.get(label, 0.0))
    events = [SoundEvent(label, tuple(of_class), surest[label]) for label, of_class in spans.items()]
    return tuple(sorted(events, key=lambda event: (-event.confidence, event.start_s, event.label)))


def tellable(events: Sequence[SoundEvent]) -> tuple[SoundEvent, ...]:
    """Return the sure events that are different sounds; of two that may be the same sound, only the surer is told.

    Of a class and one above it the surer is told too: a Dog where the ear is sure of a Dog, else what it is surer of. The
    lower one wherever it is sure itself was tried on the train packages: .74 of the orders were right instead of .88, as
    an instrument is often guessed wrong where Music is heard rightly.

    Args:
        events: of a clip, surest first.
    """
    told: list[SoundEvent] = []
    for event in events:
        sayable = not (event.phrase.general or event.phrase.blind)
        sure = sayable and event.confidence >= SURE and event.heard_s >= PLACED_S
        if sure and not any(may_be_one(event, other) for other in told):
            told.append(event)
    return tuple(told)


@lru_cache(maxsize=1 << 18)
def are_alike(one: str, other: str) -> bool:
    """Tell whether two classes are kin, one above the other, or a pair of `ALIKE`: names that one sound may get.

    Args:
        one: a class, or a label that is none, which is like itself alone.
        other: another.

    >>> are_alike("Dog", "Bark"), are_alike("Dog", "Rain")
    (True, False)
    """
    if not {one, other} <= load_phrases().keys():
        return one == other
    pairs = ((one, other), (other, one))
    return any(is_a(*pair) for pair in pairs) or any(is_a(a, x) and is_a(b, y) for x, y in ALIKE for a, b in pairs)


def may_be_one(one: SoundEvent, other: SoundEvent) -> bool:
    """Whether two events may be one sound that the ear gives two names.

    So it is with kin, with `ALIKE`, with two names of no source, and, where both are heard at once, with two sounds of one
    root of the hierarchy (a Cello and a Violin, a Truck and a Train) and with a name of no source: a Thump is the sound of
    the Door.

    Args:
        one: of a clip.
        other: of the same clip.
    """
    if are_alike(one.label, other.label):
        return True
    roots = _root(one.label), _root(other.label)
    if roots == (_AMBIGUOUS, _AMBIGUOUS):
        return True
    return one.shared_s(other) > 0 and (roots[0] == roots[1] or _AMBIGUOUS in roots)


def _root(label: str) -> str:
    return [label, *ancestors(label)][-1]
