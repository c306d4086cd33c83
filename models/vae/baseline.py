"""What an autoencoder has to beat: a mel kept as means of small squares. B batch, F mels, L frames.

With a factor of 4 it keeps as many numbers, 20 x 156, as the latent of 4 channels at a factor of 8.
"""

from torch import Tensor
from torch.nn import functional


def pooled(mel: Tensor, factor: int = 4) -> Tensor:
    """Average squares of a mel, and draw it again from them by bicubic interpolation.

    Args:
        mel: (B, 1, F, L).
        factor: side of a square.

    Returns:
        (B, 1, F, L).

    Raises:
        ValueError: an axis is no multiple of the factor.
    """
    if mel.shape[-2] % factor or mel.shape[-1] % factor:
        raise ValueError(f"factor {factor}: the mel's axes, {mel.shape[-2]} x {mel.shape[-1]}, must be multiples of it")
    return functional.interpolate(
        functional.avg_pool2d(mel, factor), mel.shape[-2:], mode="bicubic", align_corners=False
    )
