"""The autoencoder's network, by diffusers. B batch, F mels, L frames, Z latent channels, h = F / factor, l = L / factor."""

import math
from typing import TYPE_CHECKING

import torch

from mkaudio.models.vae.config import VaeConfig

if TYPE_CHECKING:
    from diffusers import AutoencoderKL

_GROUPS, _LEAST_CHANNELS = 32, 4
"""Groups of the group norms, and channels of each. Source: Make-An-Audio's release has 32 of 4 at its first level."""


def build_autoencoder(config: VaeConfig, seed: int = 0) -> "AutoencoderKL":
    """Build a network of one channel in and out, (B, 1, F, L) to (B, Z, h, l) and back, with fresh weights.

    Args:
        config: its sizes.
        seed: of the weights; the process's own random numbers are left as they are.
    """
    from diffusers import AutoencoderKL

    levels = len(config.block_channels)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return AutoencoderKL(  # type: ignore[no-untyped-call]
            in_channels=1,
            out_channels=1,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            block_out_channels=config.block_channels,
            layers_per_block=config.layers_per_block,
            latent_channels=config.latent_channels,
            norm_num_groups=norm_groups(config.block_channels),
        )


def norm_groups(channels: tuple[int, ...]) -> int:
    """Return how many groups a group norm has: the same at each level, and few enough that a group is no single channel.

    Args:
        channels: of each level.
    """
    groups = math.gcd(_GROUPS, *channels)
    while groups > 1 and min(channels) < groups * _LEAST_CHANNELS:
        groups //= 2
    return groups
