"""How often and how long: the clause of an event, with its repetition or duration where the timeline is clear."""

from mkaudio.prompts.draw import draw
from mkaudio.prompts.sound_event import SURE, SoundEvent

STROKE_S = 1.5
"""A span up to here holds one stroke: what is shorter than a patch is heard in up to three patches, 1.44 s."""
_SEVERAL = 3
LONG_S, LASTING_COVER = 5.0, 0.9
"""What is heard so long and in so much of the clip goes on; a shorter clip shows nothing about lasting."""
VERY_LONG_S = 20.0
BRIEF_S = 1.5
"""What is heard once, up to here, in a clip of `LONG_S` or longer is brief."""

MANY_TIMES = ("several times", "repeatedly", "again and again", "over and over")
TWICE = ("twice",)
GOES_ON = ("continuously", "without a pause", "the whole time", "on and on")
LONG = ("for a long time", *GOES_ON)
BRIEFLY = ("briefly", "for a moment", "for a short while")


def clauses_of(event: SoundEvent, duration_s: float, seed: int, durations: bool = True) -> tuple[str, ...]:
    """Return the clauses that fit an event: with how often or how long where that is clear, else its plain ones.

    Args:
        event: of a clip.
        duration_s: of the clip.
        seed: of the clip.
        durations: whether how long may be said as well.
    """
    phrase = event.phrase
    if event.confidence >= SURE:
        if phrase.repeats and (often := _how_often(event)):
            return (f"{phrase.repeats} {draw(often, seed, 'often')}",)
        if durations and phrase.lasts and (long := _how_long(event, duration_s)):
            return (f"{phrase.lasts} {draw(long, seed, 'long')}",)
    return phrase.clauses


def _how_often(event: SoundEvent) -> tuple[str, ...]:
    if len(event.spans) >= _SEVERAL:
        return MANY_TIMES
    twice = len(event.spans) == 2 and all(end_s - start_s <= STROKE_S for start_s, end_s in event.spans)
    return TWICE if twice else ()


def _how_long(event: SoundEvent, duration_s: float) -> tuple[str, ...]:
    if duration_s < LONG_S or len(event.spans) != 1:
        return ()
    if event.heard_s >= LASTING_COVER * duration_s:
        return LONG if duration_s >= VERY_LONG_S else GOES_ON
    return BRIEFLY if event.heard_s <= BRIEF_S else ()
