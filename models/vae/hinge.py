"""The hinge losses of an adversarial game. B batch, N logits a row; a discriminator of several windows gives a tensor for each.

Source: Lim & Ye 2017; the halves are LDM's. Every window counts alike, and every logit of a window.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def generator_hinge(fake: Sequence[Tensor]) -> Tensor:
    """Return the generator's loss: its sounds are to be judged as high as can be.

    Args:
        fake: logits of what is made, (B, N) each.

    Returns:
        ().
    """
    return torch.stack([-one.mean() for one in fake]).mean()


def discriminator_hinge(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """Return the discriminator's loss: real ones above 1 and made ones below -1 cost nothing.

    Args:
        real: logits of what is real, (B, N) each.
        fake: logits of what is made, (B, N) each.

    Returns:
        ().
    """
    costs = [
        functional.relu(1 - of_real).mean() + functional.relu(1 + of_fake).mean()
        for of_real, of_fake in zip(real, fake, strict=True)
    ]
    return 0.5 * torch.stack(costs).mean()
