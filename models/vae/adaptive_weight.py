"""How much the adversarial term weighs: as much as the reconstruction, measured by their gradients at the last layer.

Source: Esser et al. 2021 (VQGAN), eq. 7; epsilon and clamp are those of its code and of LDM's.
"""

import torch
import torch.distributed
from torch import Tensor

_EPSILON, _MOST = 1e-4, 1e4


def adaptive_weight(nll: Tensor, adversarial: Tensor, last_layer: Tensor) -> Tensor:
    """Return |gradient of nll| / (|gradient of adversarial| + 1e-4), at most 1e4, as a constant.

    Where several processes train, it is the ratio of the gradients' means, the same for all. Micro-batches have one each.

    Args:
        nll: () of the reconstruction.
        adversarial: () of the generator.
        last_layer: weight of the decoder's last layer.

    Returns:
        ().
    """
    gradients = [torch.autograd.grad(one, last_layer, retain_graph=True)[0] for one in (nll, adversarial)]
    together = torch.stack(gradients).float()
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        torch.distributed.all_reduce(together)
        together /= torch.distributed.get_world_size()
    of_nll, of_adversarial = torch.linalg.vector_norm(together.flatten(1), dim=1)
    weight: Tensor = (of_nll / (of_adversarial + _EPSILON)).clamp(0.0, _MOST)
    return weight.detach()
