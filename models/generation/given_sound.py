"""A sound that generation begins with, and which of its latents are made anew. T samples, L frames, l latent steps in time."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mkaudio.models.mel import MelConfig


@dataclass(frozen=True, slots=True, eq=False)
class GivenSound:
    """A sound to begin with.

    Args:
        waveform: (T,) at the rate of the mels; silence follows where more is wanted.
        strength: share of the noising and denoising that is done to it: 0 leaves it as the autoencoder has it, 1 nothing of it.
        anew_s: begin and end of the span that alone is made anew; None: all of it.

    Raises:
        ValueError: the strength is out of range, or the span is none.
    """

    waveform: NDArray[np.float32]
    strength: float
    anew_s: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise ValueError(f"strength {self.strength:g}: from 0 (the sound as it is) to 1 (nothing of it)")
        if self.anew_s is not None and not 0 <= self.anew_s[0] < self.anew_s[1]:
            raise ValueError(f"inpaint {self.anew_s[0]:g}:{self.anew_s[1]:g}: seconds, the begin below the end")


def latent_steps(n_samples: int, mel: MelConfig, factor: int) -> int:
    """Return l: how many steps of the latent cover a sound, with the frames that its ends are reflected in.

    Args:
        n_samples: T.
        mel: of the spectrogram.
        factor: frames of a step.
    """
    frames = max(math.ceil(n_samples / mel.hop_samples), mel.pad_samples // mel.hop_samples + 1)
    return math.ceil(frames / factor)


def kept_steps(anew_s: tuple[float, float], n_steps: int, mel: MelConfig, factor: int) -> Tensor:
    """Return which steps of the latent stay: those that no sample of the span lies in.

    Args:
        anew_s: the span.
        n_steps: l.
        mel: of the spectrogram.
        factor: frames of a step.

    Returns:
        (l,) bool.
    """
    steps_per_s = mel.frames_per_s / factor
    first, end = math.floor(anew_s[0] * steps_per_s), math.ceil(anew_s[1] * steps_per_s)
    step = torch.arange(n_steps)
    return (step < first) | (step >= end)
