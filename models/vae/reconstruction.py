"""How far a reconstruction is from its mel, where the scale of the errors is learnt. B batch, F mels, L frames.

Source: LDM, `contperceptual.py` (`rec_loss / exp(logvar) + logvar`), without its perceptual term, as in Make-An-Audio's release.
"""

import torch
from torch import Tensor


def reconstruction_nll(real: Tensor, made: Tensor, log_variance: Tensor) -> Tensor:
    """Return |real - made| / exp(s) + s, summed over a row's elements, its mean over the rows.

    It is the negative log-likelihood of a Laplace distribution of scale exp(s), but for log 2; the best s is the logarithm of the
    mean absolute error.

    Args:
        real: (B, 1, F, L).
        made: (B, 1, F, L).
        log_variance: s, ().

    Returns:
        ().
    """
    return ((real - made).abs() * torch.exp(-log_variance) + log_variance).sum() / len(real)
