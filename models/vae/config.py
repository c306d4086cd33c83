"""What decides the sizes of the autoencoder and what it learns from. Checked once, where it is made."""

import math
from dataclasses import dataclass

DISCRIMINATORS = ("multi_window", "patch", "none")


@dataclass(frozen=True, slots=True)
class VaeConfig:
    """Sizes of the autoencoder.

    Args:
        block_channels: channels of each level; between two levels both axes are halved. Source: Make-An-Audio's release has
            128 times 1, 2, 2, 4.
        layers_per_block: residual blocks of each level. Source: 2 in the release.
        latent_channels: Z. Source: 4 in the release.
    """

    block_channels: tuple[int, ...] = (128, 256, 256, 512)
    layers_per_block: int = 2
    latent_channels: int = 4

    def __post_init__(self) -> None:
        """Check the values once; a list, as TOML has it, becomes a tuple.

        Raises:
            ValueError: one of them makes no sense.
        """
        object.__setattr__(self, "block_channels", tuple(self.block_channels))
        if not 1 <= len(self.block_channels) <= 8 or min(self.block_channels) < 1:
            raise ValueError(
                f"block_channels {self.block_channels}: one to eight numbers above 0, as 128, 256, 256, 512"
            )
        if self.layers_per_block < 1:
            raise ValueError(f"layers_per_block {self.layers_per_block}: at least 1")
        if self.latent_channels < 1:
            raise ValueError(f"latent_channels {self.latent_channels}: at least 1")

    @property
    def factor(self) -> int:
        """By how much both axes are shorter in the latent."""
        return 1 << (len(self.block_channels) - 1)


@dataclass(frozen=True, slots=True)
class VaeLossConfig:
    """What the autoencoder learns from. Source of every default but the discriminator's: Make-An-Audio's release.

    Args:
        kl_weight: of the KL divergence from a normal distribution.
        discriminator: "multi_window" as in the paper, "patch" as in the release's code, or "none".
        adversarial_start_step: the first step at which there is a discriminator.
        adversarial_weight: of the generator's adversarial term, times the adaptive weight.
        r1_weight: of the penalty on the discriminator's gradient; 0 spares its cost.
        log_variance: of the reconstruction, where it begins; it is learnt.
        discriminator_channels: width of the multi-window discriminator, or of the patch discriminator's first layer.
        windows_frames: lengths of the multi-window discriminator's windows.
        crop_frames: how many frames of a sound a step hears, a stretch at random; 0 for the whole window.
    """

    kl_weight: float = 1e-6
    discriminator: str = "multi_window"
    adversarial_start_step: int = 50_001
    adversarial_weight: float = 0.5
    r1_weight: float = 5.0
    log_variance: float = 0.0
    discriminator_channels: int = 128
    windows_frames: tuple[int, ...] = (32, 64, 128)
    crop_frames: int = 0

    def __post_init__(self) -> None:
        """Check the values once; a list, as TOML has it, becomes a tuple.

        Raises:
            ValueError: one of them makes no sense.
        """
        object.__setattr__(self, "windows_frames", tuple(self.windows_frames))
        if self.discriminator not in DISCRIMINATORS:
            raise ValueError(f"discriminator {self.discriminator!r}: one of {', '.join(DISCRIMINATORS)}")
        if self.adversarial_start_step < 0:
            raise ValueError(f"adversarial_start_step {self.adversarial_start_step}: a step, from 0 up")
        for name in ("kl_weight", "adversarial_weight", "r1_weight"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name} {value:g}: a number from 0 up")
        if not abs(self.log_variance) <= 20:
            raise ValueError(f"log_variance {self.log_variance:g}: a number from -20 to 20")
        if self.discriminator_channels < 1:
            raise ValueError(f"discriminator_channels {self.discriminator_channels}: at least 1")
        if not self.windows_frames or min(self.windows_frames) < 8:
            raise ValueError(f"windows_frames {self.windows_frames}: one or more lengths of at least 8, as 32, 64, 128")
