"""Music: windows in which there is some are left out, or all others are."""

from dataclasses import dataclass

from mkaudio.pipeline.config import Wanted
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Reason, Refusal


@dataclass(frozen=True, slots=True)
class MusicFilter:
    """Keeps, drops, or keeps only what has music in it.

    Args:
        wanted: "drop" leaves windows with music out, "only" those without.
        from_share: share of the window from which it counts as one with music.
    """

    wanted: Wanted
    from_share: float

    def refuse(self, seen: Timeline) -> Refusal | None:
        """Return MUSIC where there is music and none is wanted, NO_MUSIC where there is none and only music is wanted.

        Args:
            seen: what was heard in the window.
        """
        has_it = seen.music_share >= self.from_share
        if self.wanted == "keep" or has_it == (self.wanted == "only"):
            return None
        found = f"music in {seen.music_share:.4f} of the window"
        return Refusal(
            Reason.MUSIC if has_it else Reason.NO_MUSIC,
            f"{found}; --music {self.wanted} --music-share {self.from_share:g}",
        )
