"""The training of the autoencoder, as the loop knows it. B batch, F mels, L frames."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mkaudio.models.mel import MelConfig
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.vae.baseline import pooled
from mkaudio.models.vae.comparison import write_comparison
from mkaudio.models.vae.config import VaeConfig, VaeLossConfig
from mkaudio.models.vae.fidelity import detail_energy, masked_l1
from mkaudio.models.vae.training import VaeTraining

_SHOWN = 4
"""Sounds that are written at each look."""
_POOLED = 4
"""An average over 4 x 4 leaves as many numbers as a latent of 4 channels at an eighth of both axes."""


class VaeTask:
    """What the loop trains: the autoencoder with its discriminator.

    Args:
        mel: of the spectrograms.
        vae: sizes of the autoencoder.
        loss: what it learns from.
        seed: of fresh weights.
    """

    name = "vae"
    memory_settings: Sequence[str] = ("vae_loss.crop_frames", "vae.block_channels")

    def __init__(self, mel: MelConfig, vae: VaeConfig, loss: VaeLossConfig, seed: int = 0) -> None:
        self._mel, self._vae, self._loss = mel, vae, loss
        self.module = VaeTraining(mel, vae, loss, seed)
