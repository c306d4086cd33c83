"""What verify finds: where, what, in which shard, and whether doing the shard again would mend it."""

from collections.abc import Iterator
from dataclasses import dataclass

Findings = Iterator[tuple[str, str]]
"""Where and what, of a shard that the caller knows. Where is a file, and a key or row behind a space where known."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be.

    Args:
        where: file, and key or row where that is known.
        what: what was found against what was expected.
        shard: the shard that it belongs to; None where it is not of one shard.
        can_be_redone: whether `distill --resume` would mend it, once the shard is uncommitted.
    """

    where: str
    what: str
    shard: int | None = None
    can_be_redone: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"

    def is_about(self, name: str) -> bool:
        """Say whether it was found in a file.

        Args:
            name: of the file, relative to the dataset.
        """
        return self.where == name or self.where.startswith(f"{name} ")
