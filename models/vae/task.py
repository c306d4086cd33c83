"""The training of the autoencoder, as the loop knows it. B batch, F mels, L frames."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from mkaudio.models.mel import MelConfig
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.vae.baseline import pooled
from mkaudio.models.vae.comparison import write_comparison
from mkaudio.models.vae.config import VaeConfig, VaeLossConfig
from mkaudio.models.vae.fidelity import high_frequency_energy, log_mel_l1
from mkaudio.models.vae.training import VaeTraining

_SHOWN = 4
"""Sounds that are written at each look."""
_POOLED = (4, 8)
"""Sides of the squares of the opponents: with 4 as many numbers are kept as in the paper's latent, with 8 as many places."""


class VaeTask:
    """What the loop trains: the autoencoder with its discriminator.

    Args:
        mel: of the spectrograms.
        vae: sizes of the autoencoder.
        loss: what it learns from.
        seed: of fresh weights.

    Raises:
        ValueError: settings that do not go together.
    """

    name = "vae"

    def __init__(self, mel: MelConfig, vae: VaeConfig, loss: VaeLossConfig, seed: int = 0) -> None:
        self._mel, self._vae, self._loss = mel, vae, loss
        self._training = VaeTraining(vae, loss, mel, seed)

    @property
    def memory_settings(self) -> Sequence[str]:
        """Names of the settings that cost memory, the strongest first."""
        heard = "vae_loss.crop_frames" if self._loss.crop_frames else "vae_loss.crop_frames (now 0, the whole window)"
        return (heard, "vae.block_channels")

    @property
    def curves(self) -> Sequence[Sequence[str]]:
        """The error beside that of means over squares; and the game, where there is one."""
        game = () if self._training.discriminator is None else (("g_loss", "d_loss"),)
        return (("l1", "pooled_4x4_l1"), *game)

    @property
    def module(self) -> nn.Module:
        """The autoencoder with all that it is trained by."""
        return self._training

    def config(self) -> dict[str, Any]:
        """Return what decides what the weights mean."""
        return {"mel": asdict(self._mel), "vae": asdict(self._vae), "vae_loss": asdict(self._loss)}

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return a group for each side of the game, so that their gradients are clipped apart.

        Args:
            learning_rate: of both.
        """
        training = self._training
        groups = [{"name": "vae", "params": [*training.autoencoder.parameters(), training.log_variance]}]
        if training.discriminator is not None:
            groups.append({"name": "discriminator", "params": [*training.discriminator.parameters()]})
        return [{**group, "lr": learning_rate} for group in groups]

    def compile(self) -> None:
        """Compile both halves of the autoencoder. The discriminator stays: R1 goes backward through its backward."""
        self._training.autoencoder.encoder.compile()
        self._training.autoencoder.decoder.compile()

    def after_step(self, numbers: Mapping[str, Tensor]) -> None:
        """Take a step's latents into the running moments.

        Args:
            numbers: of the step.
        """
        self._training.after_step(numbers)

    def validate(self, module: nn.Module, batch: SoundBatch, draw: StepDraw) -> dict[str, Tensor]:
        """Measure reconstructions of whole sounds, and what averages over squares leave of them.

        Args:
            module: the task's.
            batch: held-out sounds.
            draw: not used: the latent is its mean.
        """
        training = self._training
        mel, n_frames = training.mels(batch)
        made = training.reconstruct(mel)
        found = {"l1": log_mel_l1(mel, made, n_frames)}
        for side in _POOLED:
            if not (mel.shape[-1] % side or mel.shape[-2] % side):
                found[f"pooled_{side}x{side}_l1"] = log_mel_l1(mel, pooled(mel, side), n_frames)
        return {
            **found,
            "high_frequency_real": high_frequency_energy(mel, n_frames),
            "high_frequency_made": high_frequency_energy(made, n_frames),
        }

    def show(self, module: nn.Module, batch: SoundBatch, folder: Path) -> None:
        """Write some sounds beside their reconstructions.

        Args:
            module: the task's.
            batch: sounds.
            folder: where to.
        """
        training = self._training
        some = batch.part(slice(0, _SHOWN))
        mels, n_frames = training.mels(some)
        made = training.reconstruct(mels)
        for row, key in enumerate(some.keys):
            frames = max(int(n_frames[row]), 1)
            sound = some.waveform[row].mean(dim=0)[: frames * self._mel.hop_samples]
            mel, reconstruction = (one[row, 0, :, :frames].float().cpu().numpy() for one in (mels, made))
            write_comparison(folder, key, sound.float().cpu().numpy(), mel, reconstruction, self._mel)
            (folder / f"{key}.txt").write_text(f"{some.prompts[row]}\n", encoding="utf-8")
