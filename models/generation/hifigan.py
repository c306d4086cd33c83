"""A trained vocoder: the folder of a `SpeechT5HifiGan` of transformers. B batch, F mels, L frames, T = L * hop samples.

Source: Kong et al. 2020 (arXiv 2010.05646); the network, and the mean and scale by which it normalises mels, are transformers'.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mkaudio.models.conditioning.model_files import find_model, json_object
from mkaudio.models.conditioning.weights import fill, without_values
from mkaudio.models.generation.stated_mel import check_mel, stated_mel
from mkaudio.models.mel import MelConfig

_MODEL_TYPES = ("speecht5_hifigan", "hifigan")
"""The second is what transformers called it at first."""
_EXTRACTOR_FILE = "preprocessor_config.json"


class HifiGan:
    """The vocoder by a network.

    Args:
        name: what a file's tags call it.
        network: transformers' `SpeechT5HifiGan`, frozen, in eval mode.
        hop_samples: samples of a frame.
        unstated: what of its mels it does not state.
    """

    def __init__(self, name: str, network: Any, hop_samples: int, unstated: tuple[str, ...] = ()) -> None:
        self.name, self.unstated = name, unstated
        self._network, self._hop_samples = network, hop_samples

    @torch.no_grad()
    def __call__(self, log_mel: Tensor) -> Tensor:
        """Make sounds.

        Args:
            log_mel: (B, F, L), log10.

        Returns:
            (B, L * hop) float32.
        """
        mel = log_mel.to(self._network.mean).transpose(1, 2)
        sound: Tensor = self._network(mel)
        # an upsampling whose kernel and rate differ by an odd number leaves a sample more
        return sound[:, : log_mel.shape[-1] * self._hop_samples].float().cpu()


def load_hifigan(folder: Path, mel: MelConfig, device: str | torch.device = "cpu") -> HifiGan:
    """Load a vocoder, every tensor of it accounted for.

    Args:
        folder: with config.json and weights, as `save_pretrained` writes them; preprocessor_config.json where it states the mels.
        mel: of the log-mels that it will be given.
        device: where it runs.

    Returns:
        The vocoder.

    Raises:
        ValueError: it is no such folder, not whole, or for other mels.
    """
    files = find_model(str(folder), _MODEL_TYPES)
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    network = without_values(files, lambda: SpeechT5HifiGan(SpeechT5HifiGanConfig.from_dict(files.config)))
    config = network.config
    unstated = check_mel(stated_mel(config.to_dict(), _extractor(folder), str(folder)), mel, str(folder))
    rates, kernels = config.upsample_rates, config.upsample_kernel_sizes
    if len(rates) != len(kernels) or any(kernel < rate for rate, kernel in zip(rates, kernels, strict=True)):
        raise ValueError(f"{folder}/config.json: upsample_rates {rates} with upsample_kernel_sizes {kernels}: gaps")
    fill(network, files.weights)
    network.to(device)
    return HifiGan(folder.resolve().name, network, mel.hop_samples, unstated)


def _extractor(folder: Path) -> dict[str, Any] | None:
    path = folder / _EXTRACTOR_FILE
    if not path.is_file():
        return None
    return json_object(path)
