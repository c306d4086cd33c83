"""Where each part of a composition begins and ends: room and events → places, in frames at the composition's rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mkaudio.pipeline.reprogram.recipe import Recipe
from mkaudio.pipeline.reprogram.room import Room
from mkaudio.prompts import Layout, uniform


@dataclass(frozen=True, slots=True)
class Place:
    """One part.

    Args:
        letter: X, A or B.
        source_frame: where it begins in its own sound, at the rate of that.
        at: frame at which it begins.
        n_frames: its length.
        fade_in: frames.
        fade_out: frames.
        level_db: its level against the clip's, where the two follow each other.
        snr_db: the clip's level against its own, where they are heard at once.
    """

    letter: str
    source_frame: int
    at: int
    n_frames: int
    fade_in: int = 0
    fade_out: int = 0
    level_db: float | None = None
    snr_db: float | None = None

    @property
    def end(self) -> int:
        """Frame behind its last."""
        return self.at + self.n_frames


def places_of(layout: Layout, room: Room, event_frames: Mapping[str, int], recipe: Recipe, seed: int) -> list[Place]:
    """Place the parts. What begins earlier does not depend on what comes later.

    Args:
        layout: of the parts.
        room: what is given to each.
        event_frames: letter → length of the event.
        recipe: settings.
        seed: of the composition.

    Returns:
        The places in the order of time; of two that begin at once the clip first.
    """
    cut_fade = round(recipe.cut_fade_s * recipe.sample_rate_hz)
    placed: list[Place] = []
    for number, letter in enumerate(layout.in_turn):
        place = _own(letter, room, event_frames, cut_fade)
        if letter != "X":
            place = replace(place, level_db=_between(recipe.level_db, seed, f"level of {letter}"))
        if placed:
            placed[-1], place = _joined(placed[-1], place, room, number - 1)
        placed.append(place)
    if layout.laid is not None:
        clip = next(place for place in placed if place.letter == "X")
        placed.append(_laid(*layout.laid, clip, room, event_frames, recipe, seed))
    return sorted(placed, key=lambda place: (place.at, place.letter != "X"))


def _own(letter: str, room: Room, event_frames: Mapping[str, int], cut_fade: int) -> Place:
    """Return a part at frame 0, with fades where it is cut."""
    if letter == "X":
        fades = [min(cut_fade, room.clip_frames) if cut else 0 for cut in room.clip_is_cut]
        return Place("X", room.clip_source_frame, 0, room.clip_frames, *fades)
    n_frames = min(event_frames[letter], room.cuts[letter])
    return Place(letter, 0, 0, n_frames, fade_out=min(cut_fade, n_frames) if n_frames < event_frames[letter] else 0)


def _joined(before: Place, behind: Place, room: Room, number: int) -> tuple[Place, Place]:
    """Return two parts that follow each other, the second where it begins.

    How long they cross does not depend on an event that comes second, so that the first sounds the same whatever follows.
    """
    joint = room.joints[number]
    crossed = min(joint.cross_fade, before.n_frames // 4)
    if behind.letter == "X":
        crossed = min(crossed, behind.n_frames // 4)
    if crossed:
        before, behind = replace(before, fade_out=crossed), replace(behind, fade_in=min(crossed, behind.n_frames))
    return before, replace(behind, at=before.end + joint.gap - crossed)


def _laid(
    letter: str, how: str, clip: Place, room: Room, event_frames: Mapping[str, int], recipe: Recipe, seed: int
) -> Place:
    """Return an event that is heard while the clip is; it stays inside the clip's span."""
    cut_fade = round(recipe.cut_fade_s * recipe.sample_rate_hz)
    if how == "under":
        snr_db, start, fade_in = _between(recipe.under_snr_db, seed, f"SNR of {letter}"), 0, cut_fade
    else:
        least = min(clip.n_frames, round(recipe.min_part_s * recipe.sample_rate_hz))
        starts = room.over_starts if how == "over" else ((0, clip.n_frames - least),)
        start, fade_in = _one_of(starts, uniform(seed, f"start of {letter}")), 0
        snr_db = _between(recipe.over_snr_db, seed, f"SNR of {letter}")
        if how == "above":
            snr_db = -_between(recipe.under_snr_db, seed, f"SNR of {letter}")
    n_frames = min(event_frames[letter], clip.n_frames - start)
    fade_out = cut_fade if n_frames < event_frames[letter] else 0
    fades = {"fade_in": min(fade_in, n_frames // 2), "fade_out": min(fade_out, n_frames // 2)}
    return Place(letter, 0, clip.at + start, n_frames, snr_db=snr_db, **fades)


def _one_of(stretches: Sequence[tuple[int, int]], drawn: float) -> int:
    """Return one of the frames of some stretches (first, last), each as likely."""
    place = int(drawn * sum(last - first + 1 for first, last in stretches))
    for first, last in stretches:
        if place <= last - first:
            return first + place
        place -= last - first + 1
    return stretches[-1][1]


def _between(bounds: tuple[float, float], seed: int, about: str) -> float:
    return bounds[0] + uniform(seed, about) * (bounds[1] - bounds[0])
