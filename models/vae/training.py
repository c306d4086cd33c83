"""One training step of the autoencoder, waveforms to a loss. B batch, C channels, T samples, F mels, L frames, Z latent channels.

Its loss is one sum; the backward of it gives the generator's gradients to the autoencoder and the discriminator's to the
discriminator, so that one optimizer trains both, and gradients may be added up over micro-batches.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mkaudio.models.mel import LogMel, MelConfig
from mkaudio.models.vae.adversarial import build_discriminator, no_game, play
from mkaudio.models.vae.autoencoder import build_autoencoder
from mkaudio.models.vae.config import VaeConfig, VaeLossConfig
from mkaudio.models.vae.kl import kl_from_normal
from mkaudio.models.vae.latent_scale import LatentMoments
from mkaudio.models.vae.reconstruction import reconstruction_nll

if TYPE_CHECKING:
    from mkaudio.models.training.batches import SoundBatch
    from mkaudio.models.training.draw import StepDraw

_CHANCES = 1 << 31
_LEAST_PATCH = 24


class VaeTraining(nn.Module):
    """The autoencoder with all that it is trained by.

    Args:
        vae: sizes of the autoencoder.
        loss: what it learns from.
        mel: of the front end.
        seed: of the fresh weights; the process's own random numbers are left as they are.

    Raises:
        ValueError: mels or crop do not fit the autoencoder or the discriminator.
    """

    def __init__(self, vae: VaeConfig, loss: VaeLossConfig, mel: MelConfig, seed: int = 0) -> None:
        super().__init__()
        self.factor, self.loss, self.mel, self.crop_frames = vae.factor, loss, mel, loss.crop_frames
        self.least_frames = _least_frames(vae, loss, mel)
        self.autoencoder: Any = build_autoencoder(vae, seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.discriminator = build_discriminator(loss, mel.n_mels)
        self.log_variance = nn.Parameter(torch.tensor(float(loss.log_variance)))
        self.log_mel = LogMel(mel)
        self.latent_moments = LatentMoments()

    @torch.no_grad()
    def mels(self, batch: "SoundBatch") -> tuple[Tensor, Tensor]:
        """Return the mels of sounds, as long as the autoencoder takes them, and how much of each is sound.

        Args:
            batch: of the stream; channels are mixed.

        Returns:
            (B, 1, F, L), L a multiple of the factor, silence behind the end of a sound; its frames (B,).
        """
        waveform, n_frames = self._sounds(batch)
        mel = self.log_mel(waveform)[:, None]
        whole = mel.shape[-1] // self.factor * self.factor
        return mel[..., :whole], n_frames.clamp(max=whole)

    @torch.no_grad()
    def crops(self, batch: "SoundBatch", draw: "StepDraw") -> Tensor:
        """Return the mel of a stretch of each sound, inside it where it is long enough, else of its beginning.

        Only the frames that are heard are computed: `crop_frames` of `mels`, or all of them where nothing is to be cut.

        Args:
            batch: of the stream; channels are mixed.
            draw: of the step.

        Returns:
            (B, 1, F, crop_frames or L).
        """
        if not self.crop_frames:
            return self.mels(batch)[0]
        waveform, n_frames = self._sounds(batch)
        chances = draw.integers("crop", _CHANCES).to(n_frames.device)  # scaled there: no wait for the device
        starts = chances * (n_frames - self.crop_frames + 1).clamp(min=1) // _CHANCES
        n_samples = self.mel.n_fft + (self.crop_frames - 1) * self.mel.hop_samples
        samples = starts[:, None] * self.mel.hop_samples + torch.arange(n_samples, device=n_frames.device)
        return self.log_mel.of_reflected(self.log_mel.reflected(waveform).gather(1, samples))[:, None]

    def _sounds(self, batch: "SoundBatch") -> tuple[Tensor, Tensor]:
        """Return mono sounds (B, T) of enough frames, with zeros behind them, and how many of the frames are sound (B,)."""
        waveform, hop = batch.waveform.mean(dim=1), self.mel.hop_samples
        missing = self.least_frames * hop - waveform.shape[-1]
        waveform = functional.pad(waveform, (0, missing)) if missing > 0 else waveform
        return waveform, (batch.n_frames // hop).clamp(max=waveform.shape[-1] // hop)

    def forward(self, batch: "SoundBatch", draw: "StepDraw") -> tuple[Tensor, dict[str, Tensor]]:
        """Make the loss of a step.

        Args:
            batch: sounds.
            draw: what is random in it.

        Returns:
            The loss (), and what it is made of, each () and detached.
        """
        real = self.crops(batch, draw)
        posterior = self.autoencoder.encode(real).latent_dist
        mean, log_variance = posterior.mean.float(), posterior.logvar.float()
        latent = mean + torch.exp(0.5 * log_variance) * draw.normal("latent", mean.shape[1:]).to(mean)
        made = self.autoencoder.decode(latent).sample.float()
        with torch.autocast(real.device.type, enabled=False):
            nll = reconstruction_nll(real, made, self.log_variance)
            kl = kl_from_normal(mean, log_variance)
            if self.discriminator is None or draw.step < self.loss.adversarial_start_step:
                game = no_game(real.device)
            else:
                last_layer = self.autoencoder.decoder.conv_out.weight
                game = play(self.discriminator, real, made, nll, last_layer, self.loss, draw)
            loss = nll + self.loss.kl_weight * kl + game.loss
        numbers = {
            "l1": (real - made).abs().mean(),
            "nll": nll,
            "kl": kl,
            **game.numbers,
            "latent_mean": latent.mean(),
            "latent_square": latent.square().mean(),
        }
        return loss, {name: one.detach() for name, one in numbers.items()}

    def reconstruct(self, mel: Tensor) -> Tensor:
        """Encode and decode, without chance: the latent is its mean.

        Args:
            mel: (B, 1, F, L), both axes multiples of the factor.

        Returns:
            (B, 1, F, L) float32.
        """
        made: Tensor = self.autoencoder.decode(self.autoencoder.encode(mel).latent_dist.mean).sample
        return made.float()

    def after_step(self, numbers: Mapping[str, Tensor]) -> None:
        """Take the moments of a step's latents into the running ones.

        Args:
            numbers: of the step, averaged over micro-batches and processes.
        """
        self.latent_moments.update(numbers["latent_mean"], numbers["latent_square"])


def _least_frames(vae: VaeConfig, loss: VaeLossConfig, mel: MelConfig) -> int:
    """Check that mels and crops fit, and return how many frames a mel has at least; shorter ones are filled up with silence.

    Raises:
        ValueError: they do not fit.
    """
    if mel.n_mels % vae.factor:
        raise ValueError(
            f"n_mels {mel.n_mels}: a multiple of {vae.factor}, for {len(vae.block_channels)} block_channels"
        )
    if loss.crop_frames < 0 or loss.crop_frames % vae.factor:
        raise ValueError(f"crop_frames {loss.crop_frames}: 0 for the whole window, or a multiple of {vae.factor}")
    needed = {"multi_window": max(loss.windows_frames), "patch": _LEAST_PATCH, "none": 1}[loss.discriminator]
    if loss.discriminator == "patch" and mel.n_mels < needed:
        raise ValueError(f"n_mels {mel.n_mels}: the patch discriminator needs at least {needed}")
    if 0 < loss.crop_frames < needed:
        raise ValueError(
            f"crop_frames {loss.crop_frames}: the discriminator {loss.discriminator!r} needs at least {needed}"
        )
    return loss.crop_frames or -(-needed // vae.factor) * vae.factor
