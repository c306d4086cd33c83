"""Whether prompts are used: the same clips, noises and timesteps with their own prompts and with others'. B batch of clips."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mkaudio.models.diffusion.training import LdmTraining

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mkaudio.models.training.batches import SoundBatch
    from mkaudio.models.training.draw import StepDraw

_STRATA = 4
"""Timesteps of each clip: one in each quarter of the schedule, for the loss depends most on it."""


@dataclass(frozen=True, slots=True)
class PromptUse:
    """Losses of clips, each a mean over timesteps.

    Args:
        own: with the clips' own prompts (B,) float64.
        shuffled: with those of other clips of the batch (B,) float64; as `own` where `paired` is not.
        paired: whether another clip has another prompt (B,) bool.
    """

    own: Tensor
    shuffled: Tensor
    paired: Tensor

    @property
    def gains(self) -> Tensor:
        """By how much the own prompts are better, of the clips that have a partner (P,) float64."""
        return (self.shuffled - self.own)[self.paired]


@torch.no_grad()
def prompt_use(training: LdmTraining, batch: "SoundBatch", draw: "StepDraw") -> PromptUse:
    """Measure losses with own and with shuffled prompts.

    Args:
        training: whose denoiser is asked, in eval mode.
        batch: B clips.
        draw: of noises and timesteps: the same draw gives the same ones.

    Returns:
        Both losses of each clip, in the memory of the processor.
    """
    latents, n = training.latents(batch), training.loss.n_timesteps
    others = shuffled(batch.prompts)
    paired = torch.tensor([one != other for one, other in zip(batch.prompts, others, strict=True)])
    contexts = [training.read(prompts) for prompts in (batch.prompts, others)]
    sums = torch.zeros(2, len(batch), dtype=torch.float64)
    for number in range(_STRATA):
        timesteps = (number * n + draw.integers(f"timestep {number}", n)) // _STRATA
        noise = draw.normal(f"noise {number}", latents.shape[1:])
        for row, context in enumerate(contexts):
            sums[row] += training.losses(latents, noise, timesteps, context).double().cpu()
    own, other = sums / _STRATA
    return PromptUse(own, torch.where(paired, other, own), paired)


def shuffled(prompts: "Sequence[str]") -> list[str]:
    """Return for each prompt the next one that is another, around the end; itself where all are the same.

    Args:
        prompts: of the clips.
    """
    following = [[*prompts[row + 1 :], *prompts[:row]] for row in range(len(prompts))]
    return [
        next((other for other in others if other != prompt), prompt)
        for prompt, others in zip(prompts, following, strict=True)
    ]
