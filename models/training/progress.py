"""How a training is looked at from outside: a bar on a terminal belongs to the command line."""

from collections.abc import Mapping
from typing import Protocol


class Progress(Protocol):
    """What takes reports of a training, in the main process."""

    def __call__(self, step: int, numbers: Mapping[str, float]) -> None:
        """Take a report of a step that is done.

        Args:
            step: its number; the first one reported is where a training goes on.
            numbers: what was logged at it ("loss", "samples_per_s", …), nothing between logs; of a validation "val_…".
        """
        ...
