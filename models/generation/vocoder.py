"""Log-mels to sound. B batch, F mels, L frames, T = L * hop samples."""

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from mkaudio.models.mel import MelConfig, griffin_lim

GRIFFIN_LIM = "griffin_lim"


class Vocoder(Protocol):
    """What makes sounds of the mels that a checkpoint knows."""

    @property
    def name(self) -> str:
        """What a file's tags call it."""
        ...

    @property
    def unstated(self) -> tuple[str, ...]:
        """What of its mels it does not state, by the names in `MelConfig`: taken to be the checkpoint's."""
        ...

    def __call__(self, log_mel: Tensor) -> Tensor:
        """Make sounds. A row does not depend on the others, but for rounding.

        Args:
            log_mel: (B, F, L), log10.

        Returns:
            (B, L * hop) float32, in the memory of the processor.
        """
        ...


class GriffinLim:
    """The vocoder without weights: phases are guessed, always the same ones for the same mel.

    Args:
        mel: of the log-mels.
    """

    name = GRIFFIN_LIM
    unstated: tuple[str, ...] = ()

    def __init__(self, mel: MelConfig) -> None:
        self._mel = mel

    def __call__(self, log_mel: Tensor) -> Tensor:
        """Make sounds.

        Args:
            log_mel: (B, F, L), log10.

        Returns:
            (B, L * hop) float32.
        """
        rows = [griffin_lim(row, self._mel) for row in log_mel.float().cpu().numpy()]
        return torch.from_numpy(np.stack(rows))


def load_vocoder(name: str, mel: MelConfig, device: str | torch.device = "cpu") -> Vocoder:
    """Load a vocoder for mels.

    Args:
        name: "griffin_lim", or the folder of a `SpeechT5HifiGan`.
        mel: of the log-mels that it will be given; a vocoder of other ones is a `ValueError`.
        device: where a network runs.

    Returns:
        The vocoder.

    Raises:
        ValueError: there is none of this name.
    """
    if name == GRIFFIN_LIM:
        return GriffinLim(mel)
    if not Path(name).expanduser().is_dir():
        raise ValueError(f"--vocoder {name}: no such folder; give {GRIFFIN_LIM}, or the folder of a SpeechT5HifiGan")
    from mkaudio.models.generation.hifigan import load_hifigan

    return load_hifigan(Path(name).expanduser(), mel, device)
