"""Prompts to sounds by a trained diffusion: from noise, from a given sound, or around what is kept of it.

B sounds, T samples, F mels, L frames, Z latent channels, h and l the latent's axes, S tokens, D width of the conditioner.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mkaudio.models.diffusion.sampler import SamplerConfig, sample
from mkaudio.models.generation.given_sound import GivenSound, kept_steps, latent_steps
from mkaudio.models.generation.seeds import SeededRows
from mkaudio.models.mel import LogMel

if TYPE_CHECKING:
    from mkaudio.models.conditioning.clip_image import Picture
    from mkaudio.models.conditioning.conditioner import Conditioner, Context
    from mkaudio.models.diffusion.saved import Ldm
    from mkaudio.models.generation.vocoder import Vocoder


@dataclass(frozen=True, slots=True, eq=False)
class _Begin:
    """What a given sound is to the sampler: latents (1, Z, h, l), its round trip (1, F, L), what is kept of it (l,)."""

    latents: Tensor
    mel: Tensor
    strength: float
    keep: Tensor | None


class Generator:
    """Makes sounds. One has the same samples whatever is made beside it, but for rounding.

    Args:
        ldm: the trained diffusion.
        conditioner: what it was trained with; another one is a `ValueError`.
        vocoder: of its mels.
        config: how it samples.
        report: called at each forward of the network.
    """

    def __init__(
        self,
        ldm: "Ldm",
        conditioner: "Conditioner",
        vocoder: "Vocoder",
        config: SamplerConfig,
        report: Callable[[], None] | None = None,
    ) -> None:
        ldm.check_conditioner(conditioner)
        self._ldm, self._conditioner, self._vocoder, self._config = ldm, conditioner, vocoder, config
        self._device = next(ldm.denoiser.parameters()).device
        self._log_mel = LogMel(ldm.vae.mel).to(self._device)
        self._report = report

    def from_texts(
        self, texts: Sequence[str], seeds: Sequence[int], n_samples: int, given: GivenSound | None = None
    ) -> NDArray[np.float32]:
        """Make a sound for each text.

        Args:
            texts: B prompts.
            seeds: B.
            n_samples: T of each; frame 0 is its begin.
            given: what all begin with; None: noise.

        Returns:
            (B, T), full scale is 1.
        """
        return self._made(self._conditioner(texts), seeds, n_samples, given)

    def from_pictures(
        self,
        pictures: "Sequence[Sequence[Picture]]",
        seeds: Sequence[int],
        n_samples: int,
        given: GivenSound | None = None,
    ) -> NDArray[np.float32]:
        """Make a sound for each picture or video.

        Args:
            pictures: B, each one picture or the frames of a video.
            seeds: B.
            n_samples: T of each.
            given: what all begin with; None: noise.

        Returns:
            (B, T), full scale is 1.

        Raises:
            ValueError: the diffusion was not trained in a space that has pictures.
        """
        from mkaudio.models.conditioning.clip_image import ClipSpace

        if not isinstance(self._conditioner, ClipSpace):
            raise ValueError(
                f"{self._ldm.folder}: was trained with the conditioner {self._conditioner.name}, which reads texts alone; "
                "pictures need a diffusion that was trained with clip-space:CLIP"
            )
        return self._made(self._conditioner.pictures(pictures), seeds, n_samples, given)

    @torch.no_grad()
    def _made(
        self, context: "Context", seeds: Sequence[int], n_samples: int, given: GivenSound | None
    ) -> NDArray[np.float32]:
        vae, rows = self._ldm.vae, len(seeds)
        n_steps = latent_steps(n_samples, vae.mel, vae.config.factor)
        begin = None if given is None else self._begin(given, n_samples, n_steps)
        keep = None if begin is None or begin.keep is None else begin.keep.expand(rows, 1, 1, n_steps)
        latents = sample(
            self._denoise,
            self._ldm.schedule,
            self._config,
            self._here(context),
            self._here(self._conditioner([""])),
            SeededRows(seeds),
            (vae.config.latent_channels, vae.mel.n_mels // vae.config.factor, n_steps),
            None if begin is None else begin.latents.expand(rows, -1, -1, -1),
            1.0 if begin is None else begin.strength,
            keep,
        )
        mel = vae.decode(latents)
        if begin is not None and begin.keep is not None:
            # the decoder sees beyond a latent: what is kept is its own round trip
            mel = torch.where(begin.keep.repeat_interleave(vae.config.factor), begin.mel, mel)
        self._check(mel, seeds)
        mel = mel.clamp(vae.mel.silence, vae.mel.loudest)  # an untrained network's would be no sound's
        made: NDArray[np.float32] = self._vocoder(mel)[:, :n_samples].numpy()
        return made

    def _begin(self, given: GivenSound, n_samples: int, n_steps: int) -> _Begin:
        """Encode a sound, silence behind it.

        Raises:
            ValueError: the span that is made anew does not lie in what is made.
        """
        vae = self._ldm.vae
        mel, factor = vae.mel, vae.config.factor
        keep = None
        if given.anew_s is not None:
            if round(given.anew_s[1] * mel.sample_rate_hz) > n_samples:
                raise ValueError(
                    f"inpaint {given.anew_s[0]:g}:{given.anew_s[1]:g}: ends behind the sound, which lasts "
                    f"{n_samples / mel.sample_rate_hz:.2f} s; a longer duration makes it longer"
                )
            keep = kept_steps(given.anew_s, n_steps, mel, factor).to(self._device)
        waveform = torch.from_numpy(given.waveform[:n_samples])[None].to(self._device)
        whole = functional.pad(waveform, (0, n_steps * factor * mel.hop_samples - waveform.shape[-1]))
        latents = vae.encode(self._log_mel(whole))
        return _Begin(latents, vae.decode(latents), given.strength, keep)

    def _denoise(self, noisy: Tensor, timesteps: Tensor, context: "Context") -> Tensor:
        if self._report is not None:
            self._report()
        made: Tensor = self._ldm.denoiser(noisy, timesteps, context)
        return made

    def _here(self, context: "Context") -> "Context":
        return replace(context, context=context.context.to(self._device), mask=context.mask.to(self._device))

    def _check(self, mel: Tensor, seeds: Sequence[int]) -> None:
        """See that the mels (B, F, L) are numbers.

        Raises:
            ValueError: one is not.
        """
        broken = [seed for seed, fine in zip(seeds, mel.isfinite().all(dim=(1, 2)).tolist(), strict=True) if not fine]
        if broken:
            raise ValueError(
                f"{self._ldm.folder}: made a mel with values that are no numbers (seed {broken[0]}): a training that went "
                "astray? Take an earlier checkpoint, or less guidance"
            )
