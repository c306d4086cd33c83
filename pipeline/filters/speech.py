"""Speech: windows in which there is some are left out, or all others are."""

from dataclasses import dataclass

from mkaudio.pipeline.config import Wanted
from mkaudio.pipeline.filters.presence import refuse_by_presence
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Refusal


@dataclass(frozen=True, slots=True)
class SpeechFilter:
    """Keeps, drops, or keeps only what has speech in it.

    Args:
        wanted: "drop" leaves windows with speech out, "only" those without.
        from_share: share of the window from which it counts as one with speech.
    """

    wanted: Wanted
    from_share: float

    def refuse(self, seen: Timeline) -> Refusal | None:
        """Return SPEECH where there is speech and none is wanted, NO_SPEECH where there is none and only speech is wanted.

        Args:
            seen: what was heard in the window.
        """
        return refuse_by_presence("speech", seen.speech_share, self.wanted, self.from_share)
