"""compose(seed, epoch, index) → sound, sentence, provenance: a pure function; and the way back from provenance to sound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.levels import SILENCE_DBFS, active_level_dbfs
from mkaudio.pipeline.reprogram.base import Base
from mkaudio.pipeline.reprogram.decide import Decider, Decision, alone
from mkaudio.pipeline.reprogram.placing import Place
from mkaudio.pipeline.reprogram.recipe import Recipe
from mkaudio.pipeline.reprogram.render import Sound, faded, mixed, rounded_db, safe_gain_db, stored, take
from mkaudio.pipeline.split import Split
from mkaudio.prompts import TemplateSet
from mkaudio.shards import Composition, Part, dequantise
from mkaudio.shards.event_store import EventStore


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
        split: the part whose events are drawn; None for all. Any event may be in what is made again.
    """

    def __init__(
        self, recipe: Recipe, templates: TemplateSet | None, events: EventStore | None, split: Split | None = None
    ) -> None:
        self.recipe, self.templates, self.events, self._split = recipe, templates, events, split
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
            self._decider = Decider(self.recipe, self.templates, self.events, self._split)
        return self._decider.decide(epoch, base)

    def parts(self, base: Base, decision: Decision, gains_db: Sequence[float] | None = None) -> tuple[Part, ...]:
        """Return the parts of a composition.

        Args:
            base: the clip.
            decision: what is composed with it.
            gains_db: of each part; None where its sound is not heard yet.
        """
        gains_db = gains_db or [0.0] * len(decision.places)
        return tuple(
            self._part(place, gain_db, decision, base) for place, gain_db in zip(decision.places, gains_db, strict=True)
        )

    def compose(self, epoch: int, base: Base, read: Callable[[int, int], NDArray[np.float32]]) -> Composed:
        """Compose.

        Args:
            epoch: of the stream.
            base: the clip.
            read: gives any stretch of its sound: (first frame, number of frames) → (C, that number), at its own rate, an
                array that may be changed.
        """
        decision, recipe = self.decide(epoch, base), self.recipe
        clip = Sound(read, base.n_frames, base.sample_rate_hz)
        stems = []
        for place in decision.places:
            number = decision.events.get(place.letter)
            sound = clip if number is None else self._event(number)
            stems.append(take(sound, place.source_frame, place.n_frames, recipe.sample_rate_hz, recipe.channels))
        gains_db = _gains_db(decision.places, stems, recipe.sample_rate_hz)
        for stem, place in zip(stems, decision.places, strict=True):
            faded(stem, place.fade_in, place.fade_out)
        parts = self.parts(base, decision, gains_db)
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
            clip: the stored sound of its clip.

        Returns:
            The same integers (C, T).

        Raises:
            ValueError: it was made of other sounds.
        """
        rate = composition.sample_rate_hz
        stems = []
        for part in composition.parts:
            n_frames = round(part.end_s * rate) - round(part.start_s * rate)
            sound = clip if part.origin == "clip" else self._event_of(part)
            source_frame = round(part.source_start_s * sound.rate_hz)
            if source_frame >= sound.n_frames:
                raise ValueError(
                    f"{part.origin} {part.key}: ends before {part.source_start_s:g} s, where the part begins: it was made of "
                    "other sounds"
                )
            taken = take(sound, source_frame, n_frames, rate, composition.channels)
            stems.append(faded(taken, round(part.fade_in_s * rate), round(part.fade_out_s * rate)))
        mix = mixed(stems, composition.parts, composition.n_frames, rate)
        if composition.gain_db > safe_gain_db(mix, composition.bit_depth):
            raise ValueError(
                f"sample {composition.key}: with its gains samples would be clipped: it was made of other sounds"
            )
        return stored(mix, composition.gain_db, composition.bit_depth)

    def _part(self, place: Place, gain_db: float, decision: Decision, base: Base) -> Part:
        rate = self.recipe.sample_rate_hz
        number = decision.events.get(place.letter)
        event = self.events.event(number) if self.events is not None and number is not None else None
        return Part(
            origin="event" if event else "clip",
            key=event.key if event else base.key,
            label=event.label if event else "",
            source_start_s=place.source_frame / base.sample_rate_hz,
            start_s=place.at / rate,
            end_s=place.end / rate,
            gain_db=gain_db,
            snr_db=None if place.snr_db is None else rounded_db(place.snr_db),
            fade_in_s=place.fade_in / rate,
            fade_out_s=place.fade_out / rate,
            licence=event.licence if event else base.licence,
            attribution=event.attribution if event else base.attribution,
        )

    def _event(self, number: int) -> Sound:
        assert self.events is not None
        samples = self.events.samples(number)
        return Sound(
            lambda first, n: dequantise(samples[None, first : first + n], 16), len(samples), self.events.sample_rate_hz
        )

    def _event_of(self, part: Part) -> Sound:
        """Return the event that a provenance names.

        Raises:
            ValueError: the database has no such event, or there is none.
        """
        what, number = f"event {part.key} ({part.label})", int(part.key) if part.key.isdecimal() else -1
        if self.events is None:
            raise ValueError(f"{what}: the composition needs its event database, and none was given (--events)")
        if not 0 <= number < len(self.events) or self.events.event(number).label != part.label:
            raise ValueError(
                f"{what}: not in this event database; the composition was made with another one (--events)"
            )
        return self._event(number)


def _gains_db(places: Sequence[Place], sounds: Sequence[NDArray[np.float32]], rate_hz: int) -> list[float]:
    """Return the gain of each part: an event's brings it to its level against the clip.

    Both are measured without fades, which depend on what comes next.
    """
    if len(places) == 1:
        return [0.0]
    levels = [active_level_dbfs(sound, rate_hz) for sound in sounds]
    of_clip = next(level for place, level in zip(places, levels, strict=True) if place.letter == "X")
    gains_db = []
    for place, own in zip(places, levels, strict=True):
        above_db = place.level_db if place.snr_db is None else -place.snr_db
        audible = above_db is not None and min(of_clip, own) > SILENCE_DBFS
        gains_db.append(rounded_db(of_clip + above_db - own) if audible and above_db is not None else 0.0)
    return gains_db
