"""How long each part of a composition may be, drawn before it is known which events come: so that changing an event
changes nothing before it.

Lengths in seconds, frames at the composition's rate unless a name says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mkaudio.pipeline.reprogram.base import Base
from mkaudio.pipeline.reprogram.recipe import Recipe
from mkaudio.pipeline.reprogram.render import resampled_frames
from mkaudio.pipeline.reprogram.survive import Need, needs_of, shortest_s, starts_of
from mkaudio.prompts import Layout, load_phrases, named_classes, uniform

COVER = 0.8
"""A background is heard in at least so much of what it lies under."""
_SLACK_S = 0.06
"""What the grid of cuts and the rounding to frames may cost."""


@dataclass(frozen=True, slots=True)
class Joint:
    """How two parts that follow each other meet: so many frames of silence, or of cross-fade."""

    gap: int = 0
    cross_fade: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """What is given to each part.

    Args:
        clip_source_frame: where the clip is cut, at its own rate; 0 where it is not.
        clip_frames: what is taken of it.
        clip_is_cut: whether its beginning and its end are cut.
        cuts: event that follows or leads → its longest length.
        joints: between the parts that follow each other, in order.
        over_starts: (first, last) frames of what is taken of the clip between which an event over it may begin, so that
            something that the prompt names is heard with it; none where there is no such place.
    """

    clip_source_frame: int
    clip_frames: int
    clip_is_cut: tuple[bool, bool]
    cuts: Mapping[str, int]
    joints: tuple[Joint, ...]
    over_starts: tuple[tuple[int, int], ...]


def whole_frames(base: Base, recipe: Recipe) -> int:
    """Return the length of a whole clip at the composition's rate; where rounding up would leave the window, a frame less.

    Args:
        base: the clip.
        recipe: settings.
    """
    return min(resampled_frames(base.n_frames, base.sample_rate_hz, recipe.sample_rate_hz), recipe.window_frames)


class Cutting:
    """What is known of cutting one clip.

    Args:
        base: the clip.
        recipe: settings.
    """

    def __init__(self, base: Base, recipe: Recipe) -> None:
        self._base, self._recipe = base, recipe
        self._needs: tuple[Need, ...] | None = None
        self._shortest_s = base.duration_s
        longest_beside_s = recipe.window_s - 2 * (recipe.event_s[0] + recipe.gap_s[1]) - _SLACK_S
        if base.duration_s > longest_beside_s:  # most clips are short, and need no thought
            self._needs = needs_of(base)
            self._shortest_s = shortest_s(self._needs, base.duration_s, recipe.min_part_s)

    def fits(self, layout: Layout) -> bool:
        """Tell whether a clip can be laid out so.

        Args:
            layout: of the parts.
        """
        recipe, n_beside = self._recipe, len(layout.in_turn) - 1
        least_s = self._shortest_s + n_beside * (recipe.event_s[0] + recipe.gap_s[1]) + _SLACK_S
        if n_beside and least_s > recipe.window_s:
            return False
        if layout.laid is None:
            return True
        return self._base.duration_s >= recipe.min_part_s and (layout.laid[1] != "above" or self._lasts())

    def _lasts(self) -> bool:
        """Tell whether all that the prompt names lasts, and is heard in most of the clip, as backgrounds are."""
        base = self._base
        labels = named_classes(base.prompt, tuple(dict.fromkeys(event.label for event in base.heard)), base.n_events)
        covered_s = [
            sum(event.end_s - event.start_s for event in base.heard if event.label == label) for label in labels or ()
        ]
        lasting = all(load_phrases()[label].lasts for label in labels or ())
        return bool(covered_s) and lasting and min(covered_s) >= COVER * base.duration_s

    def room(self, layout: Layout, seed: int) -> Room:
        """Draw the lengths.

        Args:
            layout: one that fits.
            seed: of the composition.
        """
        base, recipe, rate = self._base, self._recipe, self._recipe.sample_rate_hz
        beside = [letter for letter in layout.in_turn if letter != "X"]
        joints = tuple(self._joint(seed, number) for number in range(len(beside)))
        left_s = recipe.window_s - sum(joint.gap for joint in joints) / rate - _SLACK_S
        cuts: dict[str, int] = {}
        for number, letter in enumerate(beside):
            low_s, high_s = recipe.event_s
            high_s = min(high_s, left_s - self._shortest_s - (len(beside) - number - 1) * low_s)
            cuts[letter] = int((low_s + uniform(seed, f"length of {letter}") * (high_s - low_s)) * rate)
            left_s -= cuts[letter] / rate
        is_over = layout.laid is not None and layout.laid[1] == "over"
        if not beside or base.duration_s <= left_s or self._needs is None:
            n_frames = whole_frames(base, recipe)
            over_starts = self._over_starts(0.0, n_frames) if is_over else ()
            return Room(0, n_frames, (False, False), cuts, joints, over_starts)
        starts_s = starts_of(self._needs, base.duration_s, left_s)
        start_s = float(starts_s[int(uniform(seed, "cut of the clip") * len(starts_s))])
        source_frame = round(start_s * base.sample_rate_hz)
        ends_early = start_s + left_s < base.duration_s - 1 / rate
        over_starts = self._over_starts(start_s, int(left_s * rate)) if is_over else ()
        return Room(source_frame, int(left_s * rate), (source_frame > 0, ends_early), cuts, joints, over_starts)

    def _over_starts(self, start_s: float, n_frames: int) -> tuple[tuple[int, int], ...]:
        """Return where an event may begin that is said to sound while the clip does: a clip may be silent for most of its time.

        Args:
            start_s: where the clip is cut.
            n_frames: what is taken of it.
        """
        rate = self._recipe.sample_rate_hz
        least = min(n_frames, round(self._recipe.min_part_s * rate))
        needs = needs_of(self._base, cut=False)
        if needs is None:  # nobody knows when it sounds
            return ((0, n_frames - least),)
        found = []
        for from_s, to_s in sorted({span for need in needs for span in need.spans}):
            first, end = (round((at_s - start_s) * rate) for at_s in (from_s, to_s))
            first, last = max(first, 0), min(max(first, 0, end - least), n_frames - least)
            if end > first and first <= last:
                found.append((first, last))
        return tuple(found)

    def _joint(self, seed: int, number: int) -> Joint:
        recipe = self._recipe
        crossed = uniform(seed, f"joint {number} is a cross-fade") < recipe.cross_fade_share
        low_s, high_s = recipe.cross_fade_s if crossed else recipe.gap_s
        frames = round((low_s + uniform(seed, f"length of joint {number}") * (high_s - low_s)) * recipe.sample_rate_hz)
        return Joint(cross_fade=frames) if crossed else Joint(gap=frames)
