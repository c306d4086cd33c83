"""Silence: no sample of the window is as loud as the limit."""

from dataclasses import dataclass

from mkaudio.pipeline.filters.filter import Sound
from mkaudio.shards import Reason, Refusal


@dataclass(frozen=True, slots=True)
class SilenceFilter:
    """Leaves out what nobody would hear.

    Args:
        limit_dbfs: a window whose peak is lower is silent.
    """

    limit_dbfs: float

    def refuse(self, seen: Sound) -> Refusal | None:
        """Return SILENT_WINDOW where the stored peak is below the limit.

        Args:
            seen: the window.
        """
        if seen.peak_dbfs >= self.limit_dbfs:
            return None
        return Refusal(Reason.SILENT_WINDOW, f"peak {seen.peak_dbfs:g} dBFS is below {self.limit_dbfs:g}")
