"""A trained autoencoder, read from a run. B batch, F mels, L frames, Z latent channels, h and l the latent's axes."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mkaudio.models.mel import MelConfig
from mkaudio.models.training.checkpoint import chosen_checkpoint
from mkaudio.models.vae.autoencoder import build_autoencoder
from mkaudio.models.vae.config import VaeConfig
from mkaudio.models.vae.latent_scale import LatentMoments


@dataclass(frozen=True, slots=True)
class Vae:
    """A trained autoencoder, its weights averaged over the training, ready to be used and not to be trained.

    Args:
        folder: of the checkpoint.
        step: of the training.
        mel: of the log-mels that it knows.
        config: its sizes.
        network: the `AutoencoderKL`, in eval mode.
        latent_scale: what brings latents to a standard deviation of 1.
        fingerprint: start of the sha256 of weights, sizes and mel: what a diffusion on its latents depends on.
    """

    folder: Path
    step: int
    mel: MelConfig
    config: VaeConfig
    network: Any
    latent_scale: float
    fingerprint: str

    @torch.no_grad()
    def encode(self, mel: Tensor) -> Tensor:
        """Return the means of the latents, scaled to a standard deviation of about 1.

        Args:
            mel: (B, F, L), L a multiple of the autoencoder's factor.

        Returns:
            (B, Z, h, l).
        """
        mean: Tensor = self.network.encode(mel[:, None]).latent_dist.mean
        return mean.float() * self.latent_scale

    @torch.no_grad()
    def decode(self, latent: Tensor) -> Tensor:
        """Return the log-mels of latents.

        Args:
            latent: (B, Z, h, l), scaled as `encode` does.

        Returns:
            (B, F, L).
        """
        mel: Tensor = self.network.decode(latent / self.latent_scale).sample
        return mel[:, 0].float()


def load_vae(run: Path, device: str | torch.device = "cpu") -> Vae:
    """Read the newest checkpoint of a run, or one that is named.

    Args:
        run: folder of a run of `mkaudio train vae`, or of one of its checkpoints.
        device: where the network shall be.

    Returns:
        The autoencoder.

    Raises:
        ValueError: there is none, it is damaged, of another kind, or of a training without a step.
    """
    checkpoint = chosen_checkpoint(run)
    task = checkpoint.facts["task"]
    if task["name"] != "vae":
        raise ValueError(
            f"{checkpoint.folder}: trained was {task['name']!r}, needed is an autoencoder (mkaudio train vae)"
        )
    sizes = task["config"]
    config, mel = VaeConfig(**sizes["vae"]), MelConfig(**sizes["mel"])
    network: Any = build_autoencoder(config)
    network.load_state_dict(checkpoint.fit("ema", network.state_dict(), "autoencoder."))
    moments = LatentMoments()
    moments.load_state_dict(checkpoint.fit("ema", moments.state_dict(), "latent_moments."))
    if not int(moments.steps):
        raise ValueError(f"{checkpoint.folder}: fresh weights, before the first step: let mkaudio train vae go on")
    network.requires_grad_(False).eval().to(device)
    weights = checkpoint.files["ema.safetensors"]["sha256"]
    decides = json.dumps([weights, asdict(config), asdict(mel)], sort_keys=True)
    fingerprint = hashlib.sha256(decides.encode()).hexdigest()[:12]
    return Vae(checkpoint.folder, checkpoint.step, mel, config, network, moments.scale, fingerprint)
