"""How far a posterior is from the standard normal distribution. B batch, Z latent channels, h and l axes of the latent.

Source: Kingma & Welling 2013, appendix B; summed over a row, as in LDM.
"""

from torch import Tensor


def kl_from_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return the KL divergence of N(mean, variance) from N(0, 1), summed over a row's elements, its mean over the rows.

    Args:
        mean: (B, Z, h, l).
        log_variance: (B, Z, h, l).

    Returns:
        ().
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum() / len(mean)
