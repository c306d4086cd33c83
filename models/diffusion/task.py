"""The training of the diffusion, as the loop knows it. B batch, F mels, L frames."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.prompt_use import prompt_use
from mkaudio.models.diffusion.sampler import SamplerConfig, sample
from mkaudio.models.diffusion.shown import write_generated
from mkaudio.models.diffusion.training import LdmTraining
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw

if TYPE_CHECKING:
    from mkaudio.models.conditioning.conditioner import Conditioner
    from mkaudio.models.vae.saved import Vae

_SHOWN = 4
"""Prompts that are made to sound at each look."""


class LdmTask:
    """What the loop trains: the denoiser.

    Args:
        ldm: sizes of the denoiser.
        loss: what it learns from.
        vae: what makes latents; `keep_vae` writes it into the run.
        conditioner: what reads prompts.
        seed: of fresh weights.
        sampler: how sounds are made that are shown.
    """

    name = "ldm"
    memory_settings: Sequence[str] = ("ldm.block_channels",)
    curves: Sequence[Sequence[str]] = (("loss", "mse", "mse_shuffled"),)

    def __init__(
        self,
        ldm: LdmConfig,
        loss: LdmLossConfig,
        vae: "Vae",
        conditioner: "Conditioner",
        seed: int = 0,
        sampler: SamplerConfig | None = None,
    ) -> None:
        self._ldm, self._loss, self._vae, self._sampler = ldm, loss, vae, sampler or SamplerConfig()
        self._conditioner = {name: getattr(conditioner, name) for name in ("name", "width", "n_tokens", "fingerprint")}
        self._training = LdmTraining(ldm, loss, vae, conditioner, seed)

    @property
    def module(self) -> nn.Module:
        """The denoiser with all that it is trained by."""
        return self._training

    def config(self) -> dict[str, Any]:
        """Return what decides what the weights mean: autoencoder and conditioner as well."""
        return {
            "ldm": asdict(self._ldm),
            "ldm_loss": asdict(self._loss),
            "mel": asdict(self._vae.mel),
            "vae": {"fingerprint": self._vae.fingerprint, "latent_channels": self._vae.config.latent_channels},
            "conditioner": dict(self._conditioner),
        }

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return one group.

        Args:
            learning_rate: of all.
        """
        return [{"name": "denoiser", "params": [*self._training.denoiser.parameters()], "lr": learning_rate}]

    def compile(self) -> None:
        """Compile the denoiser."""
        self._training.denoiser.compile()

    def after_step(self, numbers: Mapping[str, Tensor]) -> None:
        """Do nothing.

        Args:
            numbers: of the step.
        """

    def validate(self, module: nn.Module, batch: SoundBatch, draw: StepDraw) -> dict[str, Tensor]:
        """Measure the loss with own prompts, and what shuffled prompts cost: the mean of `prompt_gain` and of its square.

        A sound's other prompt is of the same batch, so that it is another one where more processes share the sounds.

        Args:
            module: the task's.
            batch: held-out sounds.
            draw: of noises and timesteps.
        """
        use = prompt_use(self._training, batch, draw)
        found = {"mse": use.own}
        if use.paired.any():
            found |= {
                "mse_shuffled": use.shuffled[use.paired],
                "prompt_gain": use.gains,
                "prompt_gain_square": use.gains.square(),
            }
        return {name: torch.stack([one.sum(), one.new_tensor(float(len(one)))]) for name, one in found.items()}

    def show(self, module: nn.Module, batch: SoundBatch, folder: Path) -> None:
        """Make some prompts sound, and write that beside the sounds that have them.

        Args:
            module: the task's.
            batch: sounds.
            folder: where to.
        """
        training, some = self._training, batch.part(slice(0, _SHOWN))
        mels = training.mels(some)
        latents = training.latents(some)
        made = self._vae.decode(
            sample(
                training.denoiser,
                training.schedule,
                self._sampler,
                training.read(some.prompts),
                training.read([""]),
                StepDraw(0, 0, range(len(some)), "show"),
                latents.shape[1:],
            )
        )
        through = self._vae.decode(latents)
        for row, key in enumerate(some.keys):
            pictures = {"original": mels, "original through the autoencoder": through, "generated": made}
            sound = some.waveform[row, :, : int(some.n_frames[row])].mean(dim=0).float().cpu().numpy()
            drawn = {name: one[row].float().cpu().numpy() for name, one in pictures.items()}
            write_generated(folder, key, some.prompts[row], sound, drawn, self._vae.mel)
