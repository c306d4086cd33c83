"""Duration: the window, and so a source that is one window, is shorter than the limit."""

from dataclasses import dataclass

from mkaudio.pipeline.filters.filter import Sound
from mkaudio.shards import Reason, Refusal


@dataclass(frozen=True, slots=True)
class DurationFilter:
    """Leaves out what is too short to learn from.

    Args:
        limit_s: a window shorter than this is left out.
    """

    limit_s: float

    def refuse(self, seen: Sound) -> Refusal | None:
        """Return TOO_SHORT where the window is shorter than the limit.

        Args:
            seen: the window.
        """
        if seen.waveform.shape[1] >= round(self.limit_s * seen.sample_rate_hz):  # as `config.window_frames` rounds
            return None
        return Refusal(Reason.TOO_SHORT, f"{seen.duration_s:.3f} s; --min-duration-s {self.limit_s:g}")
