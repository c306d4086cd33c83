"""The penalty on a discriminator that is steep where sounds are real. B batch, F mels, L frames, N logits a row.

Source: Make-An-Audio's release, `contperceptual.py`: the mean over elements. Mescheder et al. 2018, eq. 9, have a row's sum, by
which a weight of 5 would be 50,000 times as heavy: tried here, a discriminator under it learns nothing.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def r1_penalty(logits: Sequence[Tensor], mel: Tensor) -> Tensor:
    """Return the mean square of the gradient of all logits. It has a gradient itself.

    Args:
        logits: of real mels, (B, N) each.
        mel: what they judge (B, 1, F, L); it needs a gradient.

    Returns:
        ().
    """
    judgement = torch.stack([one.sum() for one in logits]).sum()
    (gradient,) = torch.autograd.grad(judgement, mel, create_graph=True)
    return gradient.square().mean()
