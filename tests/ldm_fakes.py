"""A conditioner, an autoencoder and sounds for tests of the diffusion, without anything trained."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import torch
from torch.nn import functional

from mkaudio.models.mel import MelConfig
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.vae.config import VaeConfig
from mkaudio.models.vae.saved import Vae

MEL = MelConfig(n_mels=16)


@dataclass(frozen=True)
class FakeContext:
    context: torch.Tensor
    mask: torch.Tensor


class Words(torch.nn.Module):
    """Reads each word as noise that its letters seed; "" is a beginning alone. A module with a weight, as real ones are."""

    name, n_tokens = "words", 6

    def __init__(self, width=8, fingerprint="words-1"):
        super().__init__()
        self.width, self.fingerprint, self.asked = width, fingerprint, []
        self.gain = torch.nn.Parameter(torch.ones(()))

    def forward(self, prompts):
        self.asked.append(list(prompts))
        context = torch.zeros(len(prompts), self.n_tokens, self.width)
        mask = torch.zeros(len(prompts), self.n_tokens, dtype=torch.bool)
        for row, prompt in enumerate(prompts):
            for column, word in enumerate(["<s>", *prompt.split()][: self.n_tokens]):
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:7], "big")
                context[row, column] = torch.randn(self.width, generator=torch.Generator().manual_seed(seed))
                mask[row, column] = True
        return FakeContext(self.gain * context, mask)


class Squares(torch.nn.Module):
    """An autoencoder that loses nothing: each 2 x 2 square of the mel is 4 channels. It has a weight to be left alone."""

    def __init__(self):
        super().__init__()
        self.gain = torch.nn.Parameter(torch.ones(()))

    def encode(self, mel):
        return SimpleNamespace(latent_dist=SimpleNamespace(mean=self.gain * functional.pixel_unshuffle(mel + 3.0, 2)))

    def decode(self, latent):
        return SimpleNamespace(sample=self.gain * functional.pixel_shuffle(latent, 2) - 3.0)


def fake_vae(fingerprint="vae-1", latent_scale=0.6):
    return Vae(Path("fake"), 1, MEL, VaeConfig((8, 8), 1, 4), Squares(), latent_scale, fingerprint)


def sounds(rows=4, n_samples=4096):
    """Tones, each of its own pitch, half of it silent for odd rows; a prompt for each. (B, 1, n_samples)."""
    time = torch.arange(n_samples) / 16_000
    waveform = torch.stack([0.3 * torch.sin(2 * torch.pi * (300.0 + 170 * row) * time) for row in range(rows)])[:, None]
    waveform[1::2, :, n_samples // 2 :] = 0
    lengths = torch.tensor([n_samples // (1 + row % 2) for row in range(rows)])
    return SoundBatch(
        waveform, lengths, [f"tone number {row}" for row in range(rows)], [f"tone{row}" for row in range(rows)], 0, 0
    )
