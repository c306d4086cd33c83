"""What became of everything: the two sums, from the markers of all shards."""

from collections.abc import Iterable
from dataclasses import dataclass

from mkaudio.shards import heard_line

COUNTS = (
    "sources", "sources_read", "sources_refused", "sources_duplicate", "sources_read_in_part",
    "windows", "windows_committed", "windows_filtered", "windows_refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """Totals of a dataset.

    Args:
        counts: the totals, by the names in `COUNTS`.
        planned_sources: as the sealed plans state them.
        planned_windows: as the sealed plans state them.
        heard: clips and seconds, of those with speech and with music too; None where nobody has counted.
    """

    counts: dict[str, int]
    planned_sources: int
    planned_windows: int
    heard: dict[str, float] | None = None

    @property
    def sources_close(self) -> bool:
        """Whether planned sources = read + refused + duplicates."""
        counted = self.counts["sources_read"] + self.counts["sources_refused"] + self.counts["sources_duplicate"]
        return self.planned_sources == self.counts["sources"] == counted

    @property
    def windows_close(self) -> bool:
        """Whether planned windows = committed + filtered + refused."""
        counted = self.counts["windows_committed"] + self.counts["windows_filtered"] + self.counts["windows_refused"]
        return self.planned_windows == self.counts["windows"] == counted

    @property
    def refused_share(self) -> float:
        """Share of the sources that were refused."""
        return self.counts["sources_refused"] / max(1, self.planned_sources)

    def lines(self) -> list[str]:
        """Return both sums, and how much is speech and music, as a person reads them."""
        counts = self.counts
        in_part = f" ({counts['sources_read_in_part']} in part)" if counts["sources_read_in_part"] else ""
        return [
            f"{_sign(self.sources_close)} sources {self.planned_sources:,} = {counts['sources_read']:,} read{in_part} "
            f"+ {counts['sources_refused']:,} refused + {counts['sources_duplicate']:,} duplicates",
            f"{_sign(self.windows_close)} windows {self.planned_windows:,} = {counts['windows_committed']:,} committed "
            f"+ {counts['windows_filtered']:,} filtered + {counts['windows_refused']:,} refused",
            *([f"  {heard_line(self.heard)}"] if self.heard else []),
        ]


def _sign(closes: bool) -> str:
    return "✓" if closes else "✗ DOES NOT CLOSE:"


def total(markers: Iterable[dict[str, int]]) -> dict[str, int]:
    """Add up the counts of shards.

    Args:
        markers: the counts that each marker states.
    """
    counts = dict.fromkeys(COUNTS, 0)
    for marker in markers:
        for name in COUNTS:
            counts[name] += marker[name]
    return counts
