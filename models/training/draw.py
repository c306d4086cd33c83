"""What is random in a step: a function of (seed, step, name, row), the same whatever the number of processes. B rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch


@dataclass(frozen=True, slots=True)
class StepDraw:
    """The draws of some rows of the global batch at one step.

    Args:
        seed: of the training.
        step: number of the step, from 1.
        rows: numbers of the B rows in the global batch.
        purpose: what the draws are for; other purposes have other draws.
    """

    seed: int
    step: int
    rows: range
    purpose: str = "train"

    def part(self, rows: slice) -> "StepDraw":
        """Return the draws of some of the rows, counted within them."""
        return replace(self, rows=self.rows[rows])

    def normal(self, name: str, shape: Sequence[int]) -> torch.Tensor:
        """Draw from the standard normal distribution.

        Args:
            name: of the draw: other names are independent.
            shape: of each row.

        Returns:
            (B, *shape) float32, in the memory of the processor.
        """
        drawn = torch.empty((len(self.rows), *shape))
        for at, row in enumerate(self.rows):
            drawn[at] = torch.randn(tuple(shape), generator=self._generator(name, row))
        return drawn

    def integers(self, name: str, high: int | Sequence[int]) -> torch.Tensor:
        """Draw evenly from 0, 1, …, high - 1.

        Args:
            name: of the draw.
            high: one for all rows, or one for each.

        Returns:
            (B,) int64, in the memory of the processor.

        Raises:
            ValueError: there is nothing to draw from, or not one `high` for each row.
        """
        highs = [high] * len(self.rows) if isinstance(high, int) else [int(one) for one in high]
        if len(highs) != len(self.rows) or min(highs, default=1) < 1:
            raise ValueError(f"{name}: high {highs} for {len(self.rows)} rows: give each row a number of 1 or more")
        drawn = torch.empty(len(highs), dtype=torch.int64)
        for at, (row, limit) in enumerate(zip(self.rows, highs, strict=True)):
            drawn[at] = torch.randint(limit, (), generator=self._generator(name, row))
        return drawn

    def shared(self, name: str) -> torch.Generator:
        """Return a new generator that is the same for all rows and processes of the step.

        Args:
            name: of the draw.
        """
        return self._generator(name, None)

    def number(self, name: str) -> int:
        """Return a seed of 63 bits for these rows: for what has its own generator.

        Args:
            name: of the draw.
        """
        return self._seed(name, self.rows.start)

    def _generator(self, name: str, row: int | None) -> torch.Generator:
        return torch.Generator().manual_seed(self._seed(name, row))

    def _seed(self, name: str, row: int | None) -> int:
        said = repr((self.seed, self.step, self.purpose, name, row))
        return int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], "big") >> 1
