"""A sound through a trained autoencoder and back. T samples, F mels, L frames."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mkaudio.models.mel import LogMel
from mkaudio.models.vae.baseline import pooled
from mkaudio.models.vae.comparison import write_comparison
from mkaudio.models.vae.saved import Vae


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """What became of a sound.

    Args:
        seconds: how much of it there is.
        l1: mean absolute error of the log-mel, in log10.
        pooled_l1: the same of means over 4 x 4 squares, drawn again by bicubic interpolation.
        files: what was written.
    """

    seconds: float
    l1: float
    pooled_l1: float
    files: list[Path]


def reconstruct_sound(vae: Vae, waveform: NDArray[np.float32], folder: Path, name: str) -> Reconstruction:
    """Encode a sound's log-mel and decode it, and write both side by side.

    Args:
        vae: the autoencoder.
        waveform: (T,) at the rate of its mels.
        folder: where to; made where it is not there.
        name: how the files begin.

    Returns:
        What became of it.
    """
    log_mel, factor = LogMel(vae.mel), max(vae.config.factor, 4)
    n_samples = len(waveform)
    least = factor * vae.mel.hop_samples  # a short sound gets silence behind it, which is cut off again
    padded = functional.pad(torch.from_numpy(waveform)[None], (0, max(-n_samples % least, least - n_samples)))
    mel = log_mel(padded)
    n_frames = -(-n_samples // vae.mel.hop_samples)
    made = vae.decode(vae.encode(mel))
    opponent = pooled(mel[:, None], 4)[:, 0]
    folder.mkdir(parents=True, exist_ok=True)
    real, found, poor = (one[0, :, :n_frames].numpy() for one in (mel, made, opponent))
    files = write_comparison(folder, name, waveform, real, found, vae.mel)
    seconds = n_samples / vae.mel.sample_rate_hz
    return Reconstruction(seconds, float(np.abs(found - real).mean()), float(np.abs(poor - real).mean()), files)
