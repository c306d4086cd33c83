"""One training step of the diffusion, waveforms and prompts to a loss.

B batch, C channels, T samples, F mels, L frames, Z latent channels, h and l the latent's axes, S tokens, D width.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.denoiser import Denoiser
from mkaudio.models.diffusion.schedule import NoiseSchedule
from mkaudio.models.mel import LogMel

if TYPE_CHECKING:
    from mkaudio.models.conditioning.conditioner import Conditioner, Context
    from mkaudio.models.training.batches import SoundBatch
    from mkaudio.models.training.draw import StepDraw
    from mkaudio.models.vae.saved import Vae

_CHANCES = 1 << 31


class LdmTraining(nn.Module):
    """The denoiser with all that it is trained by. Autoencoder and conditioner are frozen, and none of its tensors.

    Args:
        ldm: sizes of the denoiser.
        loss: what it learns from.
        vae: what makes latents.
        conditioner: what reads prompts.
        seed: of the fresh weights; the process's own random numbers are left as they are.
    """

    def __init__(
        self, ldm: LdmConfig, loss: LdmLossConfig, vae: "Vae", conditioner: "Conditioner", seed: int = 0
    ) -> None:
        super().__init__()
        self.loss, self.schedule = loss, NoiseSchedule(loss)
        self.denoiser = Denoiser(ldm, vae.config.latent_channels, conditioner.width, seed)
        self.log_mel = LogMel(vae.mel)
        self._frozen = (vae, conditioner)  # in a tuple, where a module does not take them for its own

    @property
    def vae(self) -> "Vae":
        """What makes latents."""
        return self._frozen[0]

    @torch.no_grad()
    def mels(self, batch: "SoundBatch") -> Tensor:
        """Return the mels of sounds, as long as the autoencoder takes them, silence behind the end of a sound.

        Args:
            batch: of the stream, (B, C, T); channels are mixed.

        Returns:
            (B, F, L), L a multiple of the autoencoder's factor.
        """
        factor, mel = self.vae.config.factor, self.vae.mel
        waveform = batch.waveform.mean(dim=1)
        missing = max(factor * mel.hop_samples, mel.pad_samples + 1) - waveform.shape[-1]
        log_mel: Tensor = self.log_mel(functional.pad(waveform, (0, missing)) if missing > 0 else waveform)
        return log_mel[..., : log_mel.shape[-1] // factor * factor]

    @torch.no_grad()
    def latents(self, batch: "SoundBatch") -> Tensor:
        """Return the scaled latents of sounds.

        Args:
            batch: of the stream.

        Returns:
            (B, Z, h, l) float32.
        """
        mel = self.mels(batch)
        self.vae.network.to(mel.device)
        return self.vae.encode(mel)

    @torch.no_grad()
    def read(self, prompts: Sequence[str]) -> "Context":
        """Return the contexts of prompts, where the denoiser is.

        Args:
            prompts: B; "" is the empty prompt.
        """
        context, device = self._frozen[1](prompts), self.denoiser.projection.weight.device
        return replace(context, context=context.context.to(device), mask=context.mask.to(device))

    def dropped(self, prompts: Sequence[str], draw: "StepDraw") -> list[str]:
        """Return the prompts, and "" in place of some.

        Args:
            prompts: B.
            draw: of the step.
        """
        chances = draw.integers("drop prompt", _CHANCES).tolist()
        share = self.loss.drop_prompt * _CHANCES
        return ["" if chance < share else prompt for prompt, chance in zip(prompts, chances, strict=True)]

    def forward(self, batch: "SoundBatch", draw: "StepDraw") -> tuple[Tensor, dict[str, Tensor]]:
        """Make the loss of a step.

        Args:
            batch: sounds and their prompts.
            draw: what is random in it.

        Returns:
            The loss (), and what to look at, each () and detached.
        """
        latents = self.latents(batch)
        prompts = self.dropped(batch.prompts, draw)
        timesteps = draw.integers("timestep", self.loss.n_timesteps)
        losses = self.losses(latents, draw.normal("noise", latents.shape[1:]), timesteps, self.read(prompts))
        numbers = {"latent_std": latents.std(), "empty_prompts": latents.new_tensor(prompts.count("") / len(prompts))}
        return losses.mean(), numbers

    def losses(self, latents: Tensor, noise: Tensor, timesteps: Tensor, context: "Context") -> Tensor:
        """Return the mean square error of each row's prediction.

        Args:
            latents: (B, Z, h, l).
            noise: (B, Z, h, l), anywhere.
            timesteps: of each row (B,), anywhere.
            context: of each row's prompt.

        Returns:
            (B,) float32.
        """
        noise, timesteps = noise.to(latents), timesteps.to(latents.device)
        noisy = self.schedule.noised(latents, noise, timesteps)
        made: Tensor = self.denoiser(noisy, timesteps, context).float()
        return (made - self.schedule.target(latents, noise, timesteps)).square().mean(dim=(1, 2, 3))
