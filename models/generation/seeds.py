"""What is random in a generated sound: a function of its seed alone, whatever is made beside it. B rows.

Source: `StepDraw` (models/training/draw.py), a generator of its own for each row.
"""

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor

from mkaudio.models.training.draw import StepDraw

_SEED_BYTES = 4
"""Derived seeds are in the names of files: ten digits at most."""


def candidate_seed(seed: int, prompt_number: int, candidate: int) -> int:
    """Return the seed of a candidate. It does not depend on how many prompts or candidates there are.

    The first candidate of the first prompt has the seed itself: so the seed that a file's tags name makes that sound again.

    Args:
        seed: what the user gave.
        prompt_number: from 0.
        candidate: its number, from 0.

    >>> candidate_seed(7, 0, 0), candidate_seed(7, 0, 1)
    (7, 1108822104)
    """
    if not prompt_number and not candidate:
        return seed
    said = repr(("candidate", seed, prompt_number, candidate))
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:_SEED_BYTES], "big")


class SeededRows:
    """The draws of some rows, each from a seed of its own.

    Args:
        seeds: of the B rows.
    """

    def __init__(self, seeds: Sequence[int]) -> None:
        self._rows = [StepDraw(seed, 0, range(1), "generate") for seed in seeds]

    def normal(self, name: str, shape: Sequence[int]) -> Tensor:
        """Draw from the standard normal distribution.

        Args:
            name: of the draw: other names are independent.
            shape: of each row.

        Returns:
            (B, *shape) float32, in the memory of the processor.
        """
        return torch.cat([row.normal(name, shape) for row in self._rows])
