"""Music: windows in which there is some are left out, or all others are."""

from dataclasses import dataclass

from mkaudio.pipeline.config import Wanted
from mkaudio.pipeline.filters.presence import refuse_by_presence
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Refusal


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
        return refuse_by_presence("music", seen.music_share, self.wanted, self.from_share)
