"""What a user can choose about an event database."""

import math
from dataclasses import dataclass

from mkaudio.prompts import SURE
from mkaudio.shards import can_be_stored


@dataclass(frozen=True, slots=True)
class EventSettings:
    """Settings of an event database; they change its bytes, and stand in its description.

    Args:
        sample_rate_hz: of the sounds, which should be that of the training.
        max_per_class: how many events of a class are kept; None for all.
        balance: keep as many of every class: of none more than an even share of all events; one that has fewer keeps all.
        min_confidence: how sure the ear must be of an event that no label names.
        min_s: what sounds for less is left out.
        max_s: what sounds for longer is cut.
        seed: for the order of equals where not all are kept.
        selection: which clips of a dataset; "" for all.
        classes_only: leave out events whose label is none of AudioSet's classes, of which a sentence can say only that they are
            heard.
    """

    sample_rate_hz: int = 16_000
    max_per_class: int | None = None
    balance: bool = False
    min_confidence: float = SURE
    min_s: float = 0.3
    max_s: float = 10.0
    seed: int = 0
    selection: str = ""
    classes_only: bool = False

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            ValueError: one of them makes no sense.
        """
        if not can_be_stored(self.sample_rate_hz):
            raise ValueError(f"--rate {self.sample_rate_hz}: 2,000 to 655,350 Hz, above 65,535 in steps of 10")
        if self.max_per_class is not None and self.max_per_class < 1:
            raise ValueError(f"--max-per-class {self.max_per_class}: at least 1")
        if not 0 <= self.min_confidence <= 1:
            raise ValueError(f"--min-confidence {self.min_confidence:g}: from 0 to 1")
        if not (math.isfinite(self.max_s) and 0.05 <= self.min_s <= self.max_s <= 60):
            raise ValueError(
                f"--min-s {self.min_s:g}, --max-s {self.max_s:g}: from 0.05 to 60 seconds, the shorter first"
            )
