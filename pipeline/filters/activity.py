"""How much is going on in a window, from its timeline."""

from collections.abc import Sequence

from mkaudio.prompts import is_a, load_phrases
from mkaudio.shards import Event

_DECIMALS = 4


def activity_s(events: Sequence[Event]) -> float:
    """Return seconds of events, each weighted by how sure the ear is, rounded so that a network's last bits decide nothing.

    Left out are events whose class names no source or is not trusted, and those that only say the same more generally:
    a bark is not counted again as a dog and as an animal.

    Args:
        events: of a window, as its timeline has them.

    >>> bark = Event("Bark", 1.0, 3.0, 0.5)
    >>> activity_s([bark]), activity_s([bark, Event("Animal", 1.0, 3.0, 0.9), Event("Silence", 0.0, 10.0, 1.0)])
    (1.0, 1.0)
    """
    phrases = load_phrases()
    trusted = [event for event in events if not (event.label in phrases and _is_untrusted(event.label))]
    labels = {event.label for event in trusted}
    general = {one for one in labels if any(other != one and _is_below(other, one) for other in labels)}
    return round(
        sum((event.end_s - event.start_s) * event.confidence for event in trusted if event.label not in general),
        _DECIMALS,
    )


def _is_untrusted(label: str) -> bool:
    phrase = load_phrases()[label]
    return phrase.general or phrase.blind


def _is_below(label: str, above: str) -> bool:
    known = load_phrases()
    return label in known and above in known and is_a(label, above)
