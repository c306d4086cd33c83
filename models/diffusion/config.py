"""What decides the sizes of the denoiser and what it learns from. Checked once, where it is made."""

import math
from dataclasses import dataclass

PREDICTIONS = ("epsilon", "v_prediction")


@dataclass(frozen=True, slots=True)
class LdmConfig:
    """Sizes of the denoiser. Source of every default: Make-An-Audio's release.

    Args:
        block_channels: channels of each level; between two levels both axes are halved.
        layers_per_block: residual blocks of each level on the way down; one more on the way up.
        attention_heads: of each attention; they divide every level's channels.
        context_width: of a token where the network attends to it; the conditioner's are projected to it.
        attention_from_level: levels from this one on attend to themselves and to the prompt; 0 for all.
    """

    block_channels: tuple[int, ...] = (320, 640)
    layers_per_block: int = 2
    attention_heads: int = 8
    context_width: int = 1024
    attention_from_level: int = 0

    def __post_init__(self) -> None:
        """Check the values once; a list, as TOML has it, becomes a tuple.

        Raises:
            ValueError: one of them makes no sense.
        """
        object.__setattr__(self, "block_channels", tuple(self.block_channels))
        if not 1 <= len(self.block_channels) <= 6 or min(self.block_channels) < 1:
            raise ValueError(f"block_channels {self.block_channels}: one to six numbers above 0, as 320, 640")
        for name in ("layers_per_block", "attention_heads", "context_width"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} {getattr(self, name)}: at least 1")
        if not 0 <= self.attention_from_level < len(self.block_channels):
            raise ValueError(
                f"attention_from_level {self.attention_from_level}: a level, from 0 to {len(self.block_channels) - 1}"
            )
        odd = [channels for channels in self.block_channels if channels % self.attention_heads or channels % 2]
        if odd:
            raise ValueError(
                f"block_channels {self.block_channels}: {odd[0]} is odd or no multiple of attention_heads, {self.attention_heads}"
            )

    @property
    def factor(self) -> int:
        """What both axes of a latent are filled up to a multiple of."""
        return 1 << (len(self.block_channels) - 1)


@dataclass(frozen=True, slots=True)
class LdmLossConfig:
    """What the denoiser learns from. Source of every default: Make-An-Audio's release.

    Args:
        prediction: what it says: "epsilon" (the noise) or "v_prediction" (Salimans & Ho 2022, §4: noise and latent in one).
        n_timesteps: from a latent to noise.
        beta_start: share of noise that the first timestep adds, as a variance.
        beta_end: that of the last; their roots rise in a line.
        drop_prompt: share of the rows that learn with the empty prompt, which guidance needs.
    """

    prediction: str = "epsilon"
    n_timesteps: int = 1000
    beta_start: float = 0.00085
    beta_end: float = 0.012
    drop_prompt: float = 0.1

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            ValueError: one of them makes no sense.
        """
        if self.prediction not in PREDICTIONS:
            raise ValueError(f"prediction {self.prediction!r}: one of {', '.join(PREDICTIONS)}")
        if self.n_timesteps < 2:
            raise ValueError(f"n_timesteps {self.n_timesteps}: at least 2, as 1000")
        if not 0 < self.beta_start <= self.beta_end < 1:
            raise ValueError(f"beta_start {self.beta_start:g}, beta_end {self.beta_end:g}: 0 < start <= end < 1")
        if not (math.isfinite(self.drop_prompt) and 0 <= self.drop_prompt <= 1):
            raise ValueError(f"drop_prompt {self.drop_prompt:g}: a share from 0 to 1")
