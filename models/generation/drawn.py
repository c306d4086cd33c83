"""A generated sound as a picture. T samples."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import pad

from mkaudio.models.diffusion.shown import draw_mels
from mkaudio.models.mel import LogMel, MelConfig


def draw_sound(path: Path, title: str, sound: NDArray[np.float32], config: MelConfig) -> None:
    """Draw the mel of a sound as it can be heard, behind the vocoder; silence follows the shortest ones.

    Args:
        path: the PNG file to make.
        title: above it.
        sound: (T,), full scale is 1.
        config: of the mel.
    """
    long_enough = pad(torch.from_numpy(sound), (0, max(config.n_fft - len(sound), 0)))
    draw_mels(path, title, {"generated": LogMel(config)(long_enough[None])[0].numpy()}, config)
