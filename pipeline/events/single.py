"""Does a clip hold one event, and which: by its labels, else by what the ear heard.

A label beats the ear's name: people who write one have seen the thing. It is dropped where the ear is sure (`SURE`) of a
sound that is not it: of 249 labelled clips of the fetched sounds whose label names a class, the ear is sure of that class
or its kin in 113, of nothing in 115, and of something else in 21. Of those 21 by hand: rain under a singing bird, a voice
that says "fire", one laughter; the rest are fires and winds, to which YAMNet is blind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.prompts import (
    SURE,
    NamedEvent,
    SoundEvent,
    ancestors,
    detect_language,
    event_of_class,
    gather,
    is_a,
    is_english,
    language_tag,
    may_be_one,
    named_events,
)
from mkaudio.shards import Event

_HEARD_S = 0.7
"""An event must be heard in more than one patch of the ear, as in a caption, unless the whole clip is shorter."""
_SCENERY = frozenset({"Source-ambiguous sounds", "Channel, environment and background"})
"""Classes below these that are `general` say where one is ("Inside, small room"), not what is heard."""
_TRUSTED_OF_THE_BLIND = frozenset({"Human sounds", "Animal", "Music"})
"""Where the label is of a class that the ear is blind to, it takes the sound for another: a fire for an explosion or a car.
For a voice, an animal or music it does not take it."""


@dataclass(frozen=True, slots=True)
class SingleEvent:
    """The one event of a clip.

    Args:
        named: its words.
        named_by: "label" or "ear".
        confidence: how sure the ear is of its class; 0 where it did not hear it, there is no such class, or nobody listened.
        span_s: from when to when it was heard; None where level alone tells.
    """

    named: NamedEvent
    named_by: str
    confidence: float
    span_s: tuple[float, float] | None


def single_event(
    labels: Sequence[str], language: str, heard: Sequence[Event] | None, duration_s: float, min_confidence: float = SURE
) -> SingleEvent | LeftOut:
    """Return the one event that a clip holds, or why it holds none that could be used.

    Args:
        labels: what lay beside the sound, words of its file's name among them where those may be used.
        language: of the labels, as stated; "" where nobody said.
        heard: the timeline of the clip; None where no ear has heard it.
        duration_s: length of the clip.
        min_confidence: how sure the ear must be of an event that it names itself.
    """
    stated = language_tag(language)
    named = named_events([label for label in labels if _english(stated or detect_language(label))])
    if len(named) > 1:
        return LeftOut.SEVERAL_LABELS
    if heard is None:
        return SingleEvent(named[0], "label", 0.0, None) if named else LeftOut.NO_NAME
    events = gather((one.label, one.start_s, one.end_s, one.confidence) for one in heard)
    if named:
        return _named_by_label(named[0], events, duration_s)
    return _named_by_ear(events, duration_s, min_confidence)


def _english(tag: str) -> bool:
    return tag == "" or is_english(tag)


def _named_by_label(named: NamedEvent, events: Sequence[SoundEvent], duration_s: float) -> SingleEvent | LeftOut:
    if named.phrase is None:
        sure = _different([event for event in events if _is_sure(event, SURE, duration_s)])
        if any(is_a(event.label, "Speech") for event in sure):
            return LeftOut.SPEECH
        return LeftOut.SEVERAL_EVENTS if len(sure) > 1 else SingleEvent(named, "label", 0.0, None)
    whole = SoundEvent(named.phrase.name, ((0.0, duration_s),), 1.0)
    is_heard = any(may_be_one(whole, event) for event in events)
    for event in events:
        believed = not named.phrase.blind or _root(event.label) in _TRUSTED_OF_THE_BLIND
        if _is_sure(event, SURE, duration_s) and believed and not may_be_one(whole, event):
            return _what_else(event) if is_heard else LeftOut.CONTRADICTED
    of_class = [event.confidence for event in events if is_a(event.label, named.phrase.name)]
    return SingleEvent(named, "label", max(of_class, default=0.0), None)


def _named_by_ear(events: Sequence[SoundEvent], duration_s: float, min_confidence: float) -> SingleEvent | LeftOut:
    sure = [event for event in events if _is_sure(event, min_confidence, duration_s)]
    if not sure:
        return LeftOut.UNSURE
    first = sure[0]
    alike = [event for event in events if may_be_one(first, event)]
    for event in events:
        is_scenery = event.phrase.general and _root(event.label) in _SCENERY
        if event not in alike and not is_scenery:
            return _what_else(event)
    span_s = min(event.start_s for event in alike), max(event.end_s for event in alike)
    return SingleEvent(event_of_class(first.phrase), "ear", first.confidence, span_s)


def _is_sure(event: SoundEvent, confidence: float, duration_s: float) -> bool:
    sayable = not (event.phrase.general or event.phrase.blind)
    return sayable and event.confidence >= confidence and event.heard_s >= min(_HEARD_S, duration_s)


def _different(events: Sequence[SoundEvent]) -> list[SoundEvent]:
    told: list[SoundEvent] = []
    for event in events:
        if not any(may_be_one(event, other) for other in told):
            told.append(event)
    return told


def _what_else(event: SoundEvent) -> LeftOut:
    if is_a(event.label, "Speech"):
        return LeftOut.SPEECH
    return LeftOut.MUSIC if is_a(event.label, "Music") else LeftOut.SEVERAL_EVENTS


def _root(label: str) -> str:
    return [label, *ancestors(label)][-1]
