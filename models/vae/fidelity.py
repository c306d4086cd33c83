"""How true a reconstructed mel is: errors and detail, over real frames only. B batch, F mels, L frames.

Every measure is a sum and a count (2,), so that sums over batches and processes give one mean.
"""

import torch
from torch import Tensor


def log_mel_l1(real: Tensor, made: Tensor, n_frames: Tensor) -> Tensor:
    """Return the sum of absolute differences in log10, and of how many elements.

    Args:
        real: (B, 1, F, L).
        made: (B, 1, F, L).
        n_frames: real frames of each row (B,).

    Returns:
        (2,) float64, in the memory of the processor.
    """
    return _sum_and_count((real - made).abs(), n_frames)


def high_frequency_energy(mel: Tensor, n_frames: Tensor) -> Tensor:
    """Return the sum of squared differences between neighbours in time, and of how many pairs: what a blurred mel lacks.

    A ripple of w radians a frame weighs 4 sin²(w / 2): slow changes hardly count, the fastest four times.

    Args:
        mel: (B, 1, F, L).
        n_frames: real frames of each row (B,).

    Returns:
        (2,) float64, in the memory of the processor.
    """
    return _sum_and_count((mel[..., 1:] - mel[..., :-1]).square(), (n_frames - 1).clamp(min=0))


def _sum_and_count(values: Tensor, n_frames: Tensor) -> Tensor:
    """Add up (B, 1, F, L) over the first frames of each row."""
    counted = torch.arange(values.shape[-1], device=values.device) < n_frames.to(values.device)[:, None, None, None]
    # where, not a product: behind the end there may be what is no number
    sums = torch.where(counted, values, 0.0).sum(dim=(1, 2, 3)).cpu()
    return torch.stack([sums.double().sum(), counted.sum().cpu().double() * values.shape[-2]])
