"""How much of a shard is speech and music: what its marker states, `distill` prints and `verify` counts again."""

from collections.abc import Iterable, Mapping
from typing import Any

HEARD = ("clips", "audio_s", "speech_clips", "speech_s", "music_clips", "music_s")
"""Clips and their seconds: of all, of those with speech, of those with music."""


def heard_in(clips: Iterable[tuple[float, float, float]], speech_share: float, music_share: float) -> dict[str, float]:
    """Count the clips with speech and with music, and their seconds, rounded to a millisecond.

    Args:
        clips: (duration_s, speech_share, music_share) of each, in order.
        speech_share: share of a clip from which it is one with speech.
        music_share: the same for music.
    """
    heard = dict.fromkeys(HEARD, 0.0)
    for duration_s, speech, music in clips:
        kinds = {"clips": True, "speech_clips": speech >= speech_share, "music_clips": music >= music_share}
        for name, is_one in kinds.items():
            heard[name] += is_one
            heard["audio_s" if name == "clips" else name.replace("clips", "s")] += duration_s * is_one
    return {name: round(value, 3) for name, value in heard.items()}


def total_heard(markers: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Add up what shards state.

    Args:
        markers: what each marker states.
    """
    heard = dict.fromkeys(HEARD, 0.0)
    for marker in markers:
        for name in HEARD:
            heard[name] += marker[name]
    return heard


def is_heard(value: Any) -> bool:
    """Say whether a value can be what a marker states of speech and music.

    Args:
        value: from a JSON file.
    """
    return (
        isinstance(value, dict)
        and set(value) == set(HEARD)
        and all(type(one) in (int, float) and 0 <= one < float("inf") for one in value.values())
    )


def heard_line(heard: Mapping[str, float]) -> str:
    """Return the counts as a person reads them.

    Args:
        heard: as `heard_in` or `total_heard` returns it.

    >>> heard_line(heard_in([(9.0, 0.9, 0.0), (9.0, 0.1, 0.0)], 0.5, 0.5))
    'speech in 1 of 2 clips (0.00 of 0.01 h), music in 0 (0.00 h)'
    """
    hours = {name: f"{heard[name] / 3600:.2f}" for name in ("audio_s", "speech_s", "music_s")}
    return (
        f"speech in {heard['speech_clips']:,.0f} of {heard['clips']:,.0f} clips ({hours['speech_s']} of {hours['audio_s']} h), "
        f"music in {heard['music_clips']:,.0f} ({hours['music_s']} h)"
    )
