"""Speech: windows in which there is some are left out, or all others are."""

from dataclasses import dataclass

from mkaudio.pipeline.config import Wanted
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Reason, Refusal


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
        has_it = seen.speech_share >= self.from_share
        if self.wanted == "keep" or has_it == (self.wanted == "only"):
            return None
        found = f"speech in {seen.speech_share:.4f} of the window"
        return Refusal(
            Reason.SPEECH if has_it else Reason.NO_SPEECH,
            f"{found}; --speech {self.wanted} --speech-share {self.from_share:g}",
        )
