"""(seed, epoch, index) → what is composed, and the sentence: from what is known of the sounds, before any is opened."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mkaudio.pipeline.reprogram.base import Base
from mkaudio.pipeline.reprogram.choice import Choice
from mkaudio.pipeline.reprogram.placing import Place, places_of
from mkaudio.pipeline.reprogram.recipe import Recipe
from mkaudio.pipeline.reprogram.render import resampled_frames
from mkaudio.pipeline.reprogram.room import COVER, Cutting, Room, whole_frames
from mkaudio.pipeline.split import Split, origin_of
from mkaudio.prompts import CaptionForm, EventWords, Layout, Template, TemplateSet, form_of, lowest, uniform, weave
from mkaudio.shards.event_store import EventStore

_HEARD = 0.3
"""Confidence from which a class that the ear heard in a clip keeps events like it away."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a composition will be.

    Args:
        n_drawn: events drawn.
        layout: of its parts.
        template: name of the pattern, "" for the clip alone.
        slots: what was drawn for each of its slots.
        text: the prompt.
        fallback: why fewer events come than were drawn.
        events: letter → number of the event.
        places: of the parts.
    """

    n_drawn: int
    layout: Layout
    template: str
    slots: tuple[tuple[str, str], ...]
    text: str
    fallback: str
    events: Mapping[str, int]
    places: tuple[Place, ...]

    @property
    def n_frames(self) -> int:
        """Length of the composition."""
        return max(place.end for place in self.places)


def composition_seed(seed: int, epoch: int, index: int) -> int:
    """Return the seed of one composition: every draw hashes it with the name of what is drawn.

    Args:
        seed: of the stream.
        epoch: of the stream.
        index: of the clip.
    """
    return int.from_bytes(hashlib.sha256(f"{seed}/{epoch}/{index}".encode()).digest()[:8])


def alone(recipe: Recipe, base: Base, n_drawn: int = 0, fallback: str = "") -> Decision:
    """Return the decision for a clip that stays as it is.

    Args:
        recipe: settings.
        base: the clip.
        n_drawn: events drawn.
        fallback: why none of them comes.
    """
    n_frames = whole_frames(base, recipe)
    return Decision(n_drawn, Layout.ALONE, "", (), base.prompt, fallback, {}, (Place("X", 0, 0, n_frames),))


class Decider:
    """Draws compositions.

    Args:
        recipe: settings.
        templates: the patterns.
        events: the event database.
        split: the part whose events are drawn; None for all.
    """

    def __init__(self, recipe: Recipe, templates: TemplateSet, events: EventStore, split: Split | None = None) -> None:
        self._recipe, self._templates, self._events = recipe, templates, events
        self._by_form: dict[CaptionForm, tuple[Layout, ...]] = {}
        among = None if split is None else _members(events, split)
        labels, groups, n_frames, lasts = map(events.column, ("label", "group", "n_frames", "lasts"))
        self._choice = Choice(labels, groups, n_frames, lasts, among)

    def decide(self, epoch: int, base: Base) -> Decision:
        """Draw what is composed with a clip.

        Args:
            epoch: of the stream.
            base: the clip.
        """
        seed = composition_seed(self._recipe.seed, epoch, base.index)
        n_drawn, fallback = _drawn(self._recipe.weights, seed), ""
        for n_events in range(n_drawn, 0, -1):
            found = self._of(n_events, base, seed)
            if isinstance(found, str):
                fallback = fallback or found
                continue
            layout, room, events, template = found
            frames = {letter: self._frames(number) for letter, number in events.items()}
            places = places_of(layout, room, frames, self._recipe, seed)
            woven = weave(template, base.prompt, [self._words(number) for number in events.values()], seed)
            return Decision(n_drawn, layout, template.name, woven.slots, woven.text, fallback, events, tuple(places))
        return alone(self._recipe, base, n_drawn, fallback)

    def _of(self, n_events: int, base: Base, seed: int) -> "tuple[Layout, Room, Mapping[str, int], Template] | str":
        """Draw layout, lengths, events and template of so many events; or say why there are none."""
        form = form_of(base.prompt)
        layouts = [layout for layout in self._layouts(form) if layout.n_events == n_events]
        if not layouts:
            return "no template"
        cutting = Cutting(base, self._recipe)
        fitting = [layout for layout in layouts if cutting.fits(layout)]
        missing = "no room"
        while fitting:  # a relation for which there is no event makes room for another
            layout = fitting.pop(int(uniform(seed, f"relation, {len(fitting)} left") * len(fitting)))
            room = cutting.room(layout, seed)
            if layout.laid and layout.laid[1] == "over" and not room.over_starts:
                continue
            missing = "no unlike event"
            events, template = self._drawn_events(layout, room, base, seed), self._templates.chosen(form, layout, seed)
            if events and template:
                return layout, room, events, template
        return missing

    def _layouts(self, form: CaptionForm) -> tuple[Layout, ...]:
        """Return the layouts in which there is a template for such a caption."""
        if form not in self._by_form:
            self._by_form[form] = tuple(dict.fromkeys(one.layout for one in self._templates.for_caption(form)))
        return self._by_form[form]

    def _drawn_events(self, layout: Layout, room: Room, base: Base, seed: int) -> Mapping[str, int] | None:
        heard = list(lowest([event.label for event in base.heard if event.confidence >= _HEARD]))
        events: dict[str, int] = {}
        for letter in "AB"[: layout.n_events]:
            is_under = layout.laid == (letter, "under")
            lasting_frames = self._at_store_rate(COVER * room.clip_frames) if is_under else 0
            number = self._choice.draw(seed, letter, heard, base.group, lasting_frames)
            if number is None:
                return None
            events[letter] = number
            heard.append(self._events.event(number).label)
        return events

    def _at_store_rate(self, n_frames: float) -> int:
        return max(1, round(n_frames * self._events.sample_rate_hz / self._recipe.sample_rate_hz))

    def _frames(self, number: int) -> int:
        return resampled_frames(self._events.n_frames(number), self._events.sample_rate_hz, self._recipe.sample_rate_hz)

    def _words(self, number: int) -> EventWords:
        event = self._events.event(number)
        return EventWords(event.label, event.noun, event.clauses, event.plural)


def _members(events: EventStore, split: Split) -> list[int]:
    origins = map(origin_of, events.column("group"), events.column("source_sha256"))
    return [number for number, origin in enumerate(origins) if split.has((origin,))]


def _drawn(weights: Sequence[float], seed: int) -> int:
    left = uniform(seed, "number of events") * sum(weights)
    for number, weight in enumerate(weights):
        if left < weight:
            return number
        left -= weight
    return max(number for number, weight in enumerate(weights) if weight)
