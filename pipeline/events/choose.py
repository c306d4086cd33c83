"""Which events are kept where a class has more than are wanted: the best, but first one of every source."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from mkaudio.pipeline.events.found import Found
from mkaudio.pipeline.events.settings import EventSettings
from mkaudio.prompts import uniform


def preference(found: Sequence[Found]) -> list[int]:
    """Return all events, those to be preferred first, of which a copy is dropped: named by a label, at a higher rate, surer.

    Args:
        found: the events, in the order of the inputs.
    """
    return sorted(
        range(len(found)),
        key=lambda number: (
            found[number].single.named_by != "label",
            -found[number].source_rate_hz,
            -found[number].single.confidence,
            number,
        ),
    )


def choose(found: Sequence[Found], settings: EventSettings) -> list[int]:
    """Return the events that are kept, by label and then in the order of the inputs.

    Of a class with more than are wanted a first one is taken of every source, then a second, so that one long recording does
    not fill it; among equals those named by a label, then those of which the ear is surer, then by lot.

    Args:
        found: the events, copies left out.
        settings: how many of a class, and the seed.
    """
    of_class: dict[str, list[int]] = defaultdict(list)
    for number, event in enumerate(found):
        of_class[event.label].append(number)
    most = most_of_a_class([len(numbers) for numbers in of_class.values()], settings)
    return [
        number for label in sorted(of_class) for number in sorted(_best(found, of_class[label], most, settings.seed))
    ]


def most_of_a_class(counts: Sequence[int], settings: EventSettings) -> int:
    """Return how many of a class are kept at most.

    Args:
        counts: events of each class.
        settings: `max_per_class`; `balance` takes an even share of all events. (The median would be 1 wherever most classes
            are rare, as in the fetched sounds: 213 of 1,939 events would be left.)
    """
    limits = [max(counts, default=0)]
    if settings.max_per_class is not None:
        limits.append(settings.max_per_class)
    if settings.balance and counts:
        limits.append(-(-sum(counts) // len(counts)))
    return min(limits)


def _best(found: Sequence[Found], numbers: Sequence[int], most: int, seed: int) -> list[int]:
    if len(numbers) <= most:
        return list(numbers)
    worth = sorted(
        numbers,
        key=lambda number: (
            found[number].single.named_by != "label",
            -found[number].single.confidence,
            uniform(seed, f"{found[number].source_sha256}:{found[number].trimmed.start_s}"),
            number,
        ),
    )
    turns: Counter[str] = Counter()
    in_turn = []
    for place, number in enumerate(worth):
        origin = found[number].origin
        in_turn.append((turns[origin], place, number))
        turns[origin] += 1
    return [number for _, _, number in sorted(in_turn)[:most]]
