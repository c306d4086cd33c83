"""Averaged weights: an exponential moving average beside the module, and the module with it in place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch.optim.swa_utils import get_ema_multi_avg_fn


class Ema:
    """The averages of a module's trained parameters.

    Args:
        module: whose.
        decay: share of the average that stays at a step, in the long run; 0 makes it the weights themselves.
    """

    def __init__(self, module: torch.nn.Module, decay: float) -> None:
        self._module, self._decay = module, decay
        self._parameters = [one for one in module.parameters() if one.requires_grad]
        self._averages = [one.detach().clone() for one in self._parameters]

    def update(self, step: int) -> None:
        """Take in the weights of a step. The first steps count for more, lest the average keep the start.

        Source of the ramp (1 + n) / (10 + n): `LitEma` of CompVis/latent-diffusion, ldm/modules/ema.py.

        Args:
            step: number of the step, from 1.
        """
        decay = min(self._decay, (1 + step) / (10 + step))
        if self._averages:
            made: Any = get_ema_multi_avg_fn
            made(decay)(self._averages, [one.detach() for one in self._parameters], step)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the averages into the module meanwhile; then its weights are back, to the bit.

        Yields:
            Nothing.
        """
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def state(self) -> dict[str, torch.Tensor]:
        """Return the module's tensors by name, as `state_dict` does: averages where there are any, else its own."""
        averages = {id(own): average for own, average in zip(self._parameters, self._averages, strict=True)}
        found = {name: one.detach() for name, one in self._module.state_dict().items()}
        for name, own in self._module.named_parameters(remove_duplicate=False):
            if name in found:
                found[name] = averages.get(id(own), found[name])
        return found

    def load(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """Take the averages from what `state` returned.

        Args:
            tensors: by name.
        """
        own = {id(one): name for name, one in self._module.named_parameters()}
        for parameter, average in zip(self._parameters, self._averages, strict=True):
            average.copy_(tensors[own[id(parameter)]])

    @torch.no_grad()
    def _swap(self) -> None:
        for own, average in zip(self._parameters, self._averages, strict=True):
            kept = own.clone()
            own.copy_(average)
            average.copy_(kept)
