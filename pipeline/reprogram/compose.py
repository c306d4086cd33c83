"""compose(seed, epoch, index) → sound, sentence, provenance: a pure function; and the way back from provenance to sound."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.levels import SILENCE_DBFS, active_level_dbfs
from mkaudio.pipeline.reprogram.base import Base
from mkaudio.pipeline.reprogram.decide import Decider, Decision, alone
from mkaudio.pipeline.reprogram.placing import Place
from mkaudio.pipeline.reprogram.recipe import Recipe
from mkaudio.pipeline.reprogram.render import faded, mixed, rounded_db, safe_gain_db, stored, take
from mkaudio.prompts import TemplateSet
from mkaudio.shards import Composition, Part, dequantise
from mkaudio.shards.event_store import EventStore

Sound = tuple[NDArray[np.float32], int]
"""A waveform (C, T) and its rate in Hz."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A composed sample.

    Args:
        samples: integers (C, T).
        composition: its provenance, the prompt among it.
    """

    samples: NDArray[np.int16] | NDArray[np.int32]
    composition: Composition

    def waveform(self) -> NDArray[np.float32]:
        """Return the sound as floats (C, T)."""
        return dequantise(self.samples, self.composition.bit_depth)


class Composer:
    """Composes events with clips. Small, can be pickled: the events are opened anew by path.

    Args:
        recipe: settings.
        templates: the patterns; None where there are no events.
        events: the event database; None: every clip stays alone.
    """

    def __init__(self, recipe: Recipe, templates: TemplateSet | None, events: EventStore | None) -> None:
        self.recipe, self.templates, self.events = recipe, templates, events
        self._decider: Decider | None = None

    def __getstate__(self) -> dict[str, object]:
        """Leave out what is quickly made again."""
        return self.__dict__ | {"_decider": None}

    def decide(self, epoch: int, base: Base) -> Decision:
        """Draw what is composed with a clip; no sound is opened.

        Args:
            epoch: of the stream.
            base: the clip.
        """
        if self.events is None or self.templates is None:
            return alone(self.recipe, base)
        if self._decider is None:
            self._decider = Decider(self.recipe, self.templates, self.events)
        return self._decider.decide(epoch, base)

    def parts(self, base: Base, decision: Decision) -> tuple[Part, ...]:
        """Return the parts of a composition; their gains are found when they are heard.

        Args:
            base: the clip.
            decision: what is composed with it.
        """
        return tuple(self._part(place, decision, base) for place in decision.places)

    def compose(self, epoch: int, base: Base, waveform_of: Callable[[], NDArray[np.float32]]) -> Composed:
        """Compose.

        Args:
            epoch: of the stream.
            base: the clip.
            waveform_of: gives its sound (C, T) at its own rate.
        """
        decision, recipe = self.decide(epoch, base), self.recipe
        parts = self.parts(base, decision)
        clip = waveform_of(), base.sample_rate_hz
        untouched = [self._taken(part, clip, recipe.channels, recipe.sample_rate_hz) for part in parts]
        stems = [
            faded(one, place.fade_in, place.fade_out) for one, place in zip(untouched, decision.places, strict=True)
        ]
        parts = _levelled(parts, decision.places, untouched, recipe.sample_rate_hz)
        mix = mixed(stems, parts, decision.n_frames, recipe.sample_rate_hz)
        gain_db = safe_gain_db(mix, base.bit_depth)
        composition = Composition(
            seed=recipe.seed,
            epoch=epoch,
            index=base.index,
            n_drawn=decision.n_drawn,
            relation=decision.layout.value,
            template=decision.template,
            slots=decision.slots,
            fallback=decision.fallback,
            prompt=decision.text,
            n_events=base.n_events + len(decision.events) if base.n_events else 0,
            sample_rate_hz=recipe.sample_rate_hz,
            channels=recipe.channels,
            bit_depth=base.bit_depth,
            n_frames=decision.n_frames,
            gain_db=gain_db,
            parts=parts,
        )
        return Composed(stored(mix, gain_db, base.bit_depth), composition)

    def rebuild(self, composition: Composition, clip: Sound) -> NDArray[np.int16] | NDArray[np.int32]:
        """Make a composed sound again from its provenance alone: nothing is drawn, nothing is measured.

        Args:
            composition: the provenance.
            clip: the stored sound of its clip, (C, T) and rate.

        Returns:
            The same integers (C, T).
        """
        rate = composition.sample_rate_hz
        stems = [
            faded(
                self._taken(part, clip, composition.channels, rate),
                *_frames(part.fade_in_s, part.fade_out_s, rate_hz=rate),
            )
            for part in composition.parts
        ]
        mix = mixed(stems, composition.parts, composition.n_frames, rate)
        return stored(mix, composition.gain_db, composition.bit_depth)

    def _part(self, place: Place, decision: Decision, base: Base) -> Part:
        rate = self.recipe.sample_rate_hz
        part = Part(
            origin="clip",
            key=base.key,
            label="",
            source_start_s=place.source_frame / base.sample_rate_hz,
            start_s=place.at / rate,
            end_s=place.end / rate,
            fade_in_s=place.fade_in / rate,
            fade_out_s=place.fade_out / rate,
            licence=base.licence,
            attribution=base.attribution,
        )
        if place.letter == "X":
            return part
        assert self.events is not None
        event = self.events.event(decision.events[place.letter])
        return replace(
            part, origin="event", key=event.key, label=event.label, source_start_s=0.0, licence=event.licence,
            attribution=event.attribution,
        )  # fmt: skip

    def _taken(self, part: Part, clip: Sound, channels: int, rate_hz: int) -> NDArray[np.float32]:
        """Take a part from its own sound."""
        sound, own_hz = clip if part.origin == "clip" else self._event(part)
        (source_frame,) = _frames(part.source_start_s, rate_hz=own_hz)
        start, end = _frames(part.start_s, part.end_s, rate_hz=rate_hz)
        return take(sound, own_hz, source_frame, end - start, rate_hz, channels)

    def _event(self, part: Part) -> Sound:
        what = f"event {part.key} ({part.label})"
        if self.events is None:
            raise ValueError(f"{what}: the composition needs its event database, and none was given (--events)")
        number = int(part.key) if part.key.isdecimal() else -1
        if not 0 <= number < len(self.events) or self.events.event(number).label != part.label:
            raise ValueError(
                f"{what}: not in this event database; the composition was made with another one (--events)"
            )
        return dequantise(self.events.samples(number)[None], 16), self.events.sample_rate_hz


def _frames(*times_s: float, rate_hz: int) -> tuple[int, ...]:
    return tuple(round(time_s * rate_hz) for time_s in times_s)


def _levelled(
    parts: tuple[Part, ...], places: tuple[Place, ...], untouched: list[NDArray[np.float32]], rate_hz: int
) -> tuple[Part, ...]:
    """Give each event its gain against the clip; both are measured without fades, which depend on what comes next."""
    if len(parts) == 1:
        return parts
    clip = next(number for number, part in enumerate(parts) if part.origin == "clip")
    of_clip = active_level_dbfs(untouched[clip], rate_hz)
    levelled = []
    for part, place, sound in zip(parts, places, untouched, strict=True):
        offset_db = place.level_db if place.snr_db is None else -place.snr_db
        if offset_db is not None:
            own = active_level_dbfs(sound, rate_hz)
            gain_db = rounded_db(of_clip + offset_db - own) if min(of_clip, own) > SILENCE_DBFS else 0.0
            part = replace(part, gain_db=gain_db, snr_db=None if place.snr_db is None else rounded_db(place.snr_db))
        levelled.append(part)
    return tuple(levelled)
