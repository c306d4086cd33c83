"""The penalty on a discriminator that is steep where sounds are real. B batch, F mels, L frames, N logits a row.

Source: Mescheder et al. 2018, eq. 9, without its half of gamma: a weight of 5 is their gamma of 10. Make-An-Audio's release takes
the mean of the squares over all elements where this is a row's sum, so that the same weight does far less there.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def r1_penalty(logits: Sequence[Tensor], mel: Tensor) -> Tensor:
    """Return the squared length of the judgement's gradient, its mean over the rows. It has a gradient itself.

    A row's judgement is the sum over the windows of their mean logit.

    Args:
        logits: of real mels, (B, N) each.
        mel: what they judge (B, 1, F, L); it needs a gradient.

    Returns:
        ().
    """
    judgement = torch.stack([one.mean(dim=1).sum() for one in logits]).sum()
    (gradient,) = torch.autograd.grad(judgement, mel, create_graph=True)
    return gradient.square().sum() / len(mel)
