"""By what a latent is multiplied so that its elements have a standard deviation of 1, as diffusion expects.

Source: LDM, §D.1 (1 / std of the first batch); here the weights still move, so it is a mean over the last hundred steps or so.
"""

import math

import torch
from torch import Tensor, nn

_STEPS = 100
"""The mean over all steps up to so many, and from then on one that forgets at this pace."""


class LatentMoments(nn.Module):
    """Running mean and mean square of a latent's elements; they are saved with the weights."""

    steps: Tensor
    mean: Tensor
    mean_square: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("mean_square", torch.zeros(()))

    @torch.no_grad()
    def update(self, mean: Tensor, mean_square: Tensor) -> None:
        """Take in a step, without a wait for the device.

        Args:
            mean: of the latent's elements, ().
            mean_square: of the latent's elements, ().
        """
        self.steps += 1
        rate = 1.0 / self.steps.clamp(max=_STEPS)
        self.mean.lerp_(mean.to(self.mean), rate.to(self.mean))
        self.mean_square.lerp_(mean_square.to(self.mean), rate.to(self.mean))

    @property
    def scale(self) -> float:
        """1 / standard deviation.

        Raises:
            ValueError: no step was taken in, or the latents are all the same.
        """
        steps, variance = int(self.steps), float(self.mean_square) - float(self.mean) ** 2
        if not steps or not variance > 0:
            raise ValueError(f"the latents' variance after {steps} steps is {variance:g}: train the autoencoder longer")
        return 1.0 / math.sqrt(variance)
