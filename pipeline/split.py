"""Train or val: a function of what a sound comes from, so that clips and events of one recording are on one side everywhere.

The origin of a sound is its group (uploader, video, recording: what must never be split); where nobody says one, its source.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

PartName = Literal["train", "val"]


def origin_of(group: str, source_sha256: str) -> str:
    """Return what decides the side of a clip or an event.

    Args:
        group: as the manifest or the event database states it; "" where nobody says.
        source_sha256: of the source's bytes, so that copies of one source stay together.

    >>> origin_of("uploader 7", "ab12"), origin_of("", "ab12")
    ('uploader 7', 'sha256:ab12')
    """
    return group or f"sha256:{source_sha256}"


@dataclass(frozen=True, slots=True)
class Split:
    """One side of a split by origin. A larger share holds out what a smaller one does, and more.

    Args:
        part: "train", or "val" for what is held out.
        val_share: share of the origins that is held out, above 0 and below 1.

    Raises:
        ValueError: there is no such part, or no such share.
    """

    part: PartName
    val_share: float

    def __post_init__(self) -> None:
        if self.part not in ("train", "val"):
            raise ValueError(f"part {self.part!r}: 'train', 'val', or None for all clips")
        if not 0 < self.val_share < 1:
            raise ValueError(
                f"val_share {self.val_share!r}: above 0 and below 1; it is the share of the groups held out"
            )

    def has(self, origins: Iterable[str]) -> bool:
        """Say whether a sound is in this part: all that it is made of must be.

        So a composition of train and val sounds is in neither part, as is one of which an origin is not known.

        Args:
            origins: of what it is made of, `origin_of` each; "" where that is not known.
        """
        return all(origin != "" and self._is_held_out(origin) == (self.part == "val") for origin in origins)

    def _is_held_out(self, origin: str) -> bool:
        drawn = int.from_bytes(hashlib.sha256(f"held out? {origin}".encode()).digest()[:8])
        return drawn < self.val_share * 2**64
