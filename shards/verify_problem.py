"""What verify finds: where, what, in which shard, and what would put it right."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from mkaudio.shards.naming import SELECTIONS_FOLDER

Findings = Iterator[tuple[str, str]]
"""Where and what, of a shard that the caller knows. Where is a file, and a key or row behind a space where known."""


class Remedy(StrEnum):
    """What would put a problem right."""

    REDO = "distill --resume, once the shard is uncommitted"
    RESELECT = "mkaudio select, once the selection is removed"
    REPLACE = "mkaudio select --replace: the dataset has grown or changed since"
    EVENTS = "mkaudio events --replace, which makes the database again"
    BY_HAND = "a person: a file that is not ours, or one that the system does not let us read"
    NONE = "nothing: the description or a plan, without which no shard can be made again"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be.

    Args:
        where: file, and key or row where that is known.
        what: what was found against what was expected.
        shard: the shard that it belongs to; None where it is not of one shard.
        remedy: what would put it right.
    """

    where: str
    what: str
    shard: int | None = None
    remedy: Remedy = Remedy.REDO

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"

    @property
    def selection(self) -> str:
        """The selection, beside distill's own, in which it was found; "" where it is of none."""
        parts = self.where.split(" ")[0].split("/")
        return parts[1] if self.remedy is Remedy.RESELECT and parts[0] == SELECTIONS_FOLDER else ""

    def is_about(self, name: str) -> bool:
        """Say whether it was found in a file.

        Args:
            name: of the file, relative to the dataset.
        """
        return self.where == name or self.where.startswith(f"{name} ")
