"""Classifier-free guidance: away from what is said without a prompt. B batch, S tokens, D width, Z latent channels, h and l axes.

Source: Ho & Salimans 2022 (arXiv 2207.12598), eq. 6, with guidance = 1 + w.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from mkaudio.models.conditioning.conditioner import Context

Denoise = Callable[[Tensor, Tensor, "Context"], Tensor]
"""(noisy (B, Z, h, l), timesteps (B,), context of B rows) → prediction (B, Z, h, l)."""


def guided(
    denoise: Denoise, context: "Context", empty: "Context", guidance: float
) -> Callable[[Tensor, Tensor], Tensor]:
    """Return a denoiser of one forward a call, without + guidance * (with - without).

    Args:
        denoise: the network.
        context: of B prompts.
        empty: of the empty prompt, of one row or of B.
        guidance: 1 asks with the prompts alone, and 0 without them; both spare half of the work.

    Returns:
        (noisy (B, Z, h, l), timesteps (B,)) → prediction (B, Z, h, l) float32.
    """
    rows = len(context.context)
    without = replace(empty, context=empty.context.expand(rows, -1, -1), mask=empty.mask.expand(rows, -1))
    if guidance in (0.0, 1.0):
        only = context if guidance else without
        return lambda noisy, timesteps: denoise(noisy, timesteps, only).float()
    both = _joined(context, without)

    def predict(noisy: Tensor, timesteps: Tensor) -> Tensor:
        made = denoise(torch.cat([noisy, noisy]), torch.cat([timesteps, timesteps]), both).float()
        with_prompt, without_prompt = made.chunk(2)
        return without_prompt + guidance * (with_prompt - without_prompt)

    return predict


def _joined(one: "Context", other: "Context") -> "Context":
    """Return the rows of both; the shorter one gets tokens that are masked."""
    tokens = max(one.mask.shape[1], other.mask.shape[1])
    contexts = [functional.pad(part.context, (0, 0, 0, tokens - part.mask.shape[1])) for part in (one, other)]
    masks = [functional.pad(part.mask, (0, tokens - part.mask.shape[1])) for part in (one, other)]
    return replace(one, context=torch.cat(contexts), mask=torch.cat(masks))
