"""The patch discriminator: judges every patch of a whole mel. B batch, F mels, L frames, N patches.

Source: pix2pix (Isola et al. 2017), as in Make-An-Audio's release; with instance norm where that has batch norm, so that no row
depends on the others.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from mkaudio.models.vae.discriminator import SLOPE

_DOUBLINGS = 3
_STANDARD_DEVIATION = 0.02
"""Of fresh weights. Source: pix2pix."""


class PatchDiscriminator(nn.Module):
    """Judges patches of a mel; a patch sees 70 frames and 70 mels.

    Args:
        channels: of the first layer; the last has eight times as many. Source: 64 in the release.
    """

    noise_shape = None
    """Nothing is dropped."""

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        widths = [channels << doubling for doubling in range(_DOUBLINGS + 1)]
        layers: list[nn.Module] = [nn.Conv2d(1, channels, 4, 2, 1), nn.LeakyReLU(SLOPE)]
        for before, width in pairwise(widths):
            stride = 1 if width == widths[-1] else 2
            layers += [
                nn.Conv2d(before, width, 4, stride, 1),
                nn.InstanceNorm2d(width, affine=True),
                nn.LeakyReLU(SLOPE),
            ]
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 1))
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, 0.0, _STANDARD_DEVIATION)

    def starts(self, n_frames: int, generator: torch.Generator) -> list[int]:
        """Return nothing: there are no windows.

        Args:
            n_frames: L of the mel.
            generator: not used.
        """
        return []

    def forward(self, mel: Tensor, starts: Sequence[int] = (), noise: Tensor | None = None) -> list[Tensor]:
        """Judge all patches; the higher, the more real.

        Args:
            mel: (B, 1, F, L), at least 24 on both axes.
            starts: not used.
            noise: not used.

        Returns:
            One tensor (B, N).
        """
        return [self.layers(mel).flatten(1)]
