"""A trained diffusion, read from a run, with its autoencoder."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.denoiser import Denoiser
from mkaudio.models.diffusion.kept_vae import KEPT, check_vae
from mkaudio.models.diffusion.schedule import NoiseSchedule
from mkaudio.models.training.checkpoint import chosen_checkpoint
from mkaudio.models.vae.saved import Vae, load_vae

if TYPE_CHECKING:
    from mkaudio.models.conditioning.conditioner import Conditioner


@dataclass(frozen=True, slots=True)
class Ldm:
    """A trained diffusion, its weights averaged over the training, ready to be used and not to be trained.

    Args:
        folder: of the checkpoint.
        step: of the training.
        config: its sizes.
        denoiser: the network, in eval mode.
        schedule: of its noise.
        vae: what its latents are of.
        conditioner: what reads its prompts: name, width, n_tokens, fingerprint.
        fingerprint: start of the sha256 of weights, settings, autoencoder and conditioner.
    """

    folder: Path
    step: int
    config: LdmConfig
    denoiser: Denoiser
    schedule: NoiseSchedule
    vae: Vae
    conditioner: dict[str, Any]
    fingerprint: str

    def check_conditioner(self, conditioner: "Conditioner") -> None:
        """See that a conditioner is the one that it was trained with.

        Args:
            conditioner: what is given.

        Raises:
            ValueError: it is another.
        """
        for name, wanted in self.conditioner.items():
            found = getattr(conditioner, name)
            if name != "name" and found != wanted:  # the same model may lie in another folder
                raise ValueError(
                    f"{self.folder}: was trained with the conditioner {self.conditioner['name']} ({name} {wanted}); given is "
                    f"{conditioner.name} ({name} {found}): its contexts mean something else; give the one of the training"
                )


def load_ldm(run: Path, device: str | torch.device = "cpu", vae: Path | None = None) -> Ldm:
    """Read the newest checkpoint of a run, or one that is named.

    Args:
        run: folder of a run of `mkaudio train ldm`, or of one of its checkpoints.
        device: where the networks shall be.
        vae: folder of its autoencoder, in place of the copy in the run.

    Returns:
        The diffusion.

    Raises:
        ValueError: there is none, it is damaged, of a training without a step, of another kind or another autoencoder.
    """
    checkpoint = chosen_checkpoint(run)
    task = checkpoint.facts["task"]
    if task["name"] != "ldm":
        raise ValueError(
            f"{checkpoint.folder}: trained was {task['name']!r}, needed is a diffusion (mkaudio train ldm)"
        )
    if not checkpoint.step:
        raise ValueError(f"{checkpoint.folder}: fresh weights, before the first step: let mkaudio train ldm go on")
    said = task["config"]
    autoencoder = load_vae(vae or checkpoint.folder.parent.parent / KEPT, device)
    check_vae(autoencoder, said["vae"]["fingerprint"], str(checkpoint.folder))
    config, loss = LdmConfig(**said["ldm"]), LdmLossConfig(**said["ldm_loss"])
    denoiser = Denoiser(config, autoencoder.config.latent_channels, said["conditioner"]["width"])
    denoiser.load_state_dict(checkpoint.fit("ema", denoiser.state_dict(), "denoiser."))
    denoiser.requires_grad_(False).eval().to(device)
    weights = checkpoint.files["ema.safetensors"]["sha256"]
    decides = json.dumps([weights, asdict(config), asdict(loss), said["vae"], said["conditioner"]], sort_keys=True)
    fingerprint = hashlib.sha256(decides.encode()).hexdigest()[:12]
    return Ldm(
        checkpoint.folder,
        checkpoint.step,
        config,
        denoiser,
        NoiseSchedule(loss),
        autoencoder,
        said["conditioner"],
        fingerprint,
    )
