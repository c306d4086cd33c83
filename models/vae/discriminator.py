"""The multi-window discriminator: short, middle and long windows of a mel, each judged by a network of its own.

B batch, F mels, L frames, W windows, C channels.
Source: Make-An-Audio §3.4; the layers are those of NATSpeech's `MultiWindowDiscriminator`, with instance norm.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

SLOPE = 0.2
"""Of the leaky rectifiers below 0. Source: NATSpeech, and pix2pix for the patch discriminator."""
DROPOUT = 0.25
_BLOCKS, _EPSILON = 3, 1e-5


class MultiWindowDiscriminator(nn.Module):
    """Judges windows of a mel. It draws nothing: what is dropped and where windows begin comes with the call.

    Args:
        n_mels: F.
        windows: their lengths in frames.
        channels: C, of every block.

    Raises:
        ValueError: a window is too short for three halvings.
    """

    def __init__(self, n_mels: int = 80, windows: Sequence[int] = (32, 64, 128), channels: int = 128) -> None:
        super().__init__()
        if min(windows) < 1 << _BLOCKS or n_mels < 1 << _BLOCKS:
            raise ValueError(f"windows {tuple(windows)} of {n_mels} mels: at least {1 << _BLOCKS} frames and mels each")
        self.windows, self.channels = tuple(windows), channels
        self.critics = nn.ModuleList(_WindowCritic(n_mels, window, channels) for window in windows)

    @property
    def noise_shape(self) -> tuple[int, int]:
        """Shape of the normal noise of one row that decides what is dropped."""
        return len(self.windows) * _BLOCKS, self.channels

    def starts(self, n_frames: int, generator: torch.Generator) -> list[int]:
        """Draw where the windows begin (`window_starts`).

        Args:
            n_frames: L of the mel.
            generator: on the CPU.
        """
        return window_starts(n_frames, self.windows, generator)

    def forward(self, mel: Tensor, starts: Sequence[int], noise: Tensor | None = None) -> list[Tensor]:
        """Judge one window of each length; the higher, the more real.

        Args:
            mel: (B, 1, F, L).
            starts: first frame of each window, the same for all rows.
            noise: (B, *noise_shape), normal; decides which channels are dropped. None: none is.

        Returns:
            For each window (B, 1).
        """
        kept = [None] * len(self.windows) if noise is None else torch.split(kept_channels(noise), _BLOCKS, dim=1)
        return [
            critic(mel[..., start : start + window], of_critic)
            for critic, window, start, of_critic in zip(self.critics, self.windows, starts, kept, strict=True)
        ]


class _WindowCritic(nn.Module):
    """The network of one window: (B, 1, F, window) to (B, 1)."""

    def __init__(self, n_mels: int, window: int, channels: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(channels if block else 1, channels, 3, stride=2, padding=1) for block in range(_BLOCKS)
        )
        # the first block has none
        self.norms = nn.ModuleList(nn.InstanceNorm2d(channels, _EPSILON, affine=True) for _ in range(_BLOCKS - 1))
        height, width = (_after_halvings(size) for size in (n_mels, window))
        self.head = nn.Linear(channels * height * width, 1)

    def forward(self, mel: Tensor, kept: Tensor | None) -> Tensor:
        hidden = mel
        for block, convolution in enumerate(self.convolutions):
            hidden = nn.functional.leaky_relu(convolution(hidden), SLOPE)
            if kept is not None:
                hidden = hidden * kept[:, block, :, None, None]
            if block:
                hidden = self.norms[block - 1](hidden)
        logits: Tensor = self.head(hidden.flatten(1))
        return logits


def kept_channels(noise: Tensor, dropped_share: float = DROPOUT) -> Tensor:
    """Turn normal noise into dropout: 0 for a share of it, else what keeps the mean.

    Args:
        noise: normal, any shape.
        dropped_share: how much becomes 0.

    Returns:
        Of the noise's shape.
    """
    below = torch.special.ndtri(torch.tensor(dropped_share, dtype=torch.float64)).item()
    return torch.where(noise > below, 1 / (1 - dropped_share), 0.0)


def window_starts(length: int, windows: Sequence[int], generator: torch.Generator) -> list[int]:
    """Draw where windows begin, each anywhere in a mel with equal chance.

    Args:
        length: frames of the mel.
        windows: their lengths.
        generator: on the CPU.

    Raises:
        ValueError: the mel is shorter than a window.
    """
    if length < max(windows):
        raise ValueError(
            f"windows_frames {tuple(windows)}: the mel has {length} frames; take shorter windows, or a larger crop_frames"
        )
    return [int(torch.randint(length - window + 1, (), generator=generator)) for window in windows]


def _after_halvings(size: int) -> int:
    for _ in range(_BLOCKS):
        size = (size + 1) // 2
    return size
