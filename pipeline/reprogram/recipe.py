"""What a user can choose about compositions; it changes every byte of a stream, so its fingerprint names the stream."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from mkaudio.shards import can_be_stored

_MOST_DB = 100.0
"""More than there is between full scale and the noise of 16 bit."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of the composed samples.

    Args:
        seed: of every draw.
        sample_rate_hz: of the composed sound.
        channels: 1 or 2.
        window_s: a composition is at most so long.
        weights: how often no, one and two events are drawn. Source: Make-An-Audio draws N from {0, 1, 2}; evenly is our choice.
        gap_s: silence between two parts that follow each other, from and to.
        cross_fade_s: length of a cross-fade between two such parts, from and to.
        cross_fade_share: how often they are cross-faded rather than parted.
        event_s: an event is cut to a length drawn from and to; one that is shorter stays as it is.
        min_part_s: what is heard of each part and of each event that the clip's prompt names; what is shorter stays whole.
        level_db: level of a part that follows or leads, against that of the clip, from and to.
        over_snr_db: level of the clip against an event that is heard while it goes on, from and to.
        under_snr_db: the same for an event in its background; above, for a clip in the background of an event, it is the other
            way round.
        cut_fade_s: fade where a sound is cut.
    """

    seed: int = 0
    sample_rate_hz: int = 16_000
    channels: int = 1
    window_s: float = 10.0
    weights: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gap_s: tuple[float, float] = (0.1, 0.8)
    cross_fade_s: tuple[float, float] = (0.05, 0.3)
    cross_fade_share: float = 0.25
    event_s: tuple[float, float] = (1.5, 5.0)
    min_part_s: float = 1.0
    level_db: tuple[float, float] = (-4.0, 4.0)
    over_snr_db: tuple[float, float] = (-3.0, 3.0)
    under_snr_db: tuple[float, float] = (8.0, 15.0)
    cut_fade_s: float = 0.02

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            ValueError: one of them makes no sense.
        """
        for field in fields(self):  # 10 and 10.0 are the same stream, and must have one fingerprint
            object.__setattr__(self, field.name, _like(field.default, getattr(self, field.name), field.name))
        if not -(1 << 63) <= self.seed < 1 << 63:
            raise ValueError(f"--seed {self.seed}: a whole number of at most 64 bits")
        if not can_be_stored(self.sample_rate_hz):
            raise ValueError(f"--rate {self.sample_rate_hz}: 2,000 to 655,350 Hz, above 65,535 in steps of 10")
        if self.channels not in (1, 2):
            raise ValueError(f"channels {self.channels}: 1 (mono) or 2 (stereo)")
        if not 0.1 <= self.window_s <= 600:
            raise ValueError(f"--window-s {self.window_s:g}: a window is 0.1 to 600 seconds long")
        if (
            len(self.weights) != 3
            or not all(math.isfinite(one) and one >= 0 for one in self.weights)
            or not sum(self.weights)
        ):
            raise ValueError(
                f"--n-events {self.weights}: three weights, of no, one and two events, none negative, as 1,1,1"
            )
        for name in ("gap_s", "cross_fade_s", "event_s", "level_db", "over_snr_db", "under_snr_db"):
            low, high = getattr(self, name)
            if not (math.isfinite(low) and math.isfinite(high) and low <= high):
                raise ValueError(f"{name} {low:g} to {high:g}: from a lower number to a higher one")
        for name in ("level_db", "over_snr_db", "under_snr_db"):
            low, high = getattr(self, name)
            if max(abs(low), abs(high)) > _MOST_DB:
                raise ValueError(f"{name} {low:g} to {high:g}: from -{_MOST_DB:g} to {_MOST_DB:g} dB")
        if min(self.gap_s[0], self.cross_fade_s[0]) < 0 or not 0 <= self.cut_fade_s <= 600:
            raise ValueError(
                f"gap_s {self.gap_s[0]:g}, cross_fade_s {self.cross_fade_s[0]:g}, cut_fade_s {self.cut_fade_s:g}: they "
                "are not negative, and no fade is longer than a window"
            )
        if not 0 <= self.cross_fade_share <= 1:
            raise ValueError(f"cross_fade_share {self.cross_fade_share:g}: a share from 0 to 1")
        if not 0.1 <= self.min_part_s <= self.event_s[0]:
            raise ValueError(
                f"min_part_s {self.min_part_s:g}: 0.1 to {self.event_s[0]:g}, the shortest cut of an event"
            )

    @property
    def window_frames(self) -> int:
        """Frames of the window."""
        return round(self.window_s * self.sample_rate_hz)

    @property
    def fingerprint(self) -> str:
        """Start of the sha256 of the settings."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]


def _like(default: Any, value: Any, name: str) -> Any:
    """Return a setting as the kind of number, or the tuple of such, that its default is.

    Raises:
        ValueError: it is neither.
    """
    try:
        if isinstance(default, tuple):
            return tuple(map(float, value))
        found = type(default)(value)
        if found != value and value == value:  # not what is no number, of which the checks speak
            raise ValueError
    except (TypeError, ValueError, OverflowError):
        what = {int: "a whole number", float: "a number"}.get(type(default), "numbers")
        raise ValueError(f"{name} {value!r}: {what}, as {default}") from None
    return found
