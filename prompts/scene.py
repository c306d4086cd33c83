"""A clip's events → captions of two and three events: which can be told together, and what is said of their time."""

from collections.abc import Sequence
from itertools import pairwise

from mkaudio.prompts import joining
from mkaudio.prompts.caption import Caption, sentence
from mkaudio.prompts.draw import draw
from mkaudio.prompts.manner import clauses_of
from mkaudio.prompts.relation import Relation, relation_of
from mkaudio.prompts.sound_event import SoundEvent

_BACKGROUND = "background"


def single_caption(event: SoundEvent, duration_s: float, seed: int) -> Caption:
    """Return the caption of one event, with how often or how long where that is clear.

    Args:
        event: of a clip.
        duration_s: of the clip.
        seed: of the clip.
    """
    return Caption(sentence(draw(clauses_of(event, duration_s, seed), seed, event.label)), 1)


def scene_captions(told: Sequence[SoundEvent], duration_s: float, seed: int) -> tuple[Caption, ...]:
    """Return a caption of the two surest events and one of the three surest, where there are so many.

    Args:
        told: events that are sure and different sounds, surest first, as `tellable` returns them.
        duration_s: of the clip.
        seed: of the clip.
    """
    captions = []
    if len(told) >= 2:
        captions.append(_of_two(told[0], told[1], duration_s, seed))
    if len(told) >= 3 and (three := _of_three(list(told[:3]), duration_s, seed)):
        captions.append(three)
    return tuple(captions)


def _of_two(surer: SoundEvent, other: SoundEvent, duration_s: float, seed: int) -> Caption:
    relation = relation_of(surer, other, duration_s)
    forms: tuple[str, ...]
    if relation in {Relation.BEFORE, Relation.AFTER}:
        forms, events = joining.ORDER, [surer, other] if relation is Relation.BEFORE else [other, surer]
    elif relation in {Relation.OVER, Relation.UNDER}:
        events = [surer, other] if relation is Relation.OVER else [other, surer]
        forms = joining.UNDER if _fits_background(events[-1]) else joining.TOGETHER
    else:
        forms, events = joining.TOGETHER if relation is Relation.TOGETHER else joining.UNCLEAR, [surer, other]
    return _caption(forms, events, duration_s, seed)


def _of_three(events: list[SoundEvent], duration_s: float, seed: int) -> Caption | None:
    """Return a caption of three events in order, or of two with the third under both; None where neither is so."""
    in_time = sorted(events, key=lambda event: (event.start_s, event.end_s))
    if all(relation_of(a, b, duration_s) is Relation.BEFORE for a, b in pairwise(in_time)):
        return _caption(joining.ORDER_3, in_time, duration_s, seed)
    for under in events:
        over = [event for event in in_time if event is not under]
        if _fits_background(under) and all(relation_of(one, under, duration_s) is Relation.OVER for one in over):
            between = relation_of(over[0], over[1], duration_s)
            forms = {Relation.BEFORE: joining.ORDER_UNDER, Relation.TOGETHER: joining.TOGETHER_UNDER}.get(between)
            return _caption(forms, [*over, under], duration_s, seed) if forms else None
    return None


def _fits_background(event: SoundEvent) -> bool:
    """Whether a sound lasts, as backgrounds do, and its words do not speak of a background themselves."""
    texts = (event.phrase.noun, *event.phrase.clauses)
    return event.phrase.lasts != "" and not any(_BACKGROUND in text for text in texts)


def _caption(forms: Sequence[str], events: list[SoundEvent], duration_s: float, seed: int) -> Caption:
    form = draw(forms, seed, "form")
    clauses = []
    for event in events:
        fitting = clauses_of(event, duration_s, seed, durations=False)
        if joining.wants_plain_present(form):
            fitting = tuple(clause for clause in fitting if not {"is", "are"} & set(clause.split())) or fitting
        clauses.append(draw(fitting, seed, event.label))
    return Caption(sentence(joining.filled(form, clauses, [event.phrase.noun for event in events])), len(events))
