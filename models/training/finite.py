"""Numbers that are none: at which step, in which sounds, and nothing of them in a checkpoint."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

_KEYS_SAID = 16


class NotFiniteError(RuntimeError):
    """A training met a number that is infinite or none.

    Args:
        step: where.
        what: which numbers.
        keys: of the sounds that it comes from, or of the whole step.
        remedy: what is left, and what to do.
    """

    def __init__(self, step: int, what: str, keys: Sequence[str], remedy: str) -> None:
        super().__init__(step, what, keys, remedy)
        self.step, self.what, self.keys, self.remedy = step, what, list(keys), remedy

    def __str__(self) -> str:
        more = len(self.keys) - _KEYS_SAID
        keys = ", ".join(self.keys[:_KEYS_SAID]) + (f" and {more} more" if more > 0 else "")
        sounds = f"; its sounds: {keys}" if self.keys else ""
        return f"step {self.step}: {self.what}{sounds}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class _Noted:
    step: int
    names: Sequence[str]
    values: torch.Tensor
    losses: torch.Tensor
    keys: Sequence[Sequence[str]]


class FiniteWatch:
    """Keeps the numbers of the steps that nobody looked at yet: a look waits for the device.

    Args:
        gather: joins lists of all processes, in their order.
        remedy: says what is left.
    """

    def __init__(self, gather: Callable[[list[str]], list[str]], remedy: Callable[[], str]) -> None:
        self._gather, self._remedy = gather, remedy
        self._noted: list[_Noted] = []

    def note(
        self,
        step: int,
        names: Sequence[str],
        values: torch.Tensor,
        losses: torch.Tensor,
        keys: Sequence[Sequence[str]],
    ) -> None:
        """Keep the numbers of a step.

        Args:
            step: number of the step.
            names: of N numbers.
            values: (N,), equal in all processes.
            losses: (M,) of the micro-batches of this process.
            keys: of the sounds of each of them.
        """
        self._noted.append(_Noted(step, names, values, losses, keys))

    def check(self) -> None:
        """Look at all that was kept. Every process must do so at the same steps.

        Raises:
            NotFiniteError: a number is not finite; the first step where one is so.
        """
        noted, self._noted = self._noted, []
        if not noted or bool(torch.stack([one.values.isfinite().all() for one in noted]).all()):
            return
        first = next(one for one in noted if not bool(one.values.isfinite().all()))
        bad = [f"{name} is {value}" for name, value in zip(first.names, first.values.tolist(), strict=True)
               if not -float("inf") < value < float("inf")]  # fmt: skip
        fine = first.losses.isfinite().tolist()
        guilty = [key for whole, keys in zip(fine, first.keys, strict=True) if not whole for key in keys]
        keys = self._gather(guilty) or self._gather([key for keys in first.keys for key in keys])
        raise NotFiniteError(first.step, ", ".join(bad), keys, self._remedy())

    def check_tensors(self, step: int, tensors: Mapping[str, torch.Tensor]) -> None:
        """Look at what would become a checkpoint.

        Args:
            step: number of the step.
            tensors: by name, equal in all processes.

        Raises:
            NotFiniteError: one has a number that is not finite.
        """
        whole = [one.isfinite().all() for one in tensors.values()]
        devices = {one.device for one in whole}  # the optimizer's counts lie in the processor's memory
        if all(bool(torch.stack([one for one in whole if one.device == device]).all()) for device in devices):
            return
        bad = [name for name, one in zip(tensors, whole, strict=True) if not bool(one)]
        said = f"{bad[0]} and {len(bad) - 1} more tensors are" if len(bad) > 1 else f"{bad[0]} is"
        raise NotFiniteError(step, f"{said} not finite, though the losses were", [], self._remedy())
