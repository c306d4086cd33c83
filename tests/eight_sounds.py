"""Eight real sounds of a second, seen again and again: for the laws that a model which may learn by heart does."""

import torch
from training_fakes import FakeStream

from mkaudio.cli.preset import read_preset, vae_preset, with_settings
from mkaudio.models.sound_file import read_mono
from mkaudio.models.training.batches import SoundBatch, Streams
from mkaudio.models.training.loop import train
from mkaudio.models.vae.task import VaeTask

N_SAMPLES = 64 * 256
VAE_STEPS = 400


def waveform_of(demo_sounds):
    """Return (8, 1, T) and what is heard in each."""
    files = sorted(demo_sounds.glob("*.mp3"))[:8]
    assert len(files) == 8
    sounds = [torch.from_numpy(read_mono(path, 16_000, N_SAMPLES / 16_000)) for path in files]
    padded = torch.stack([torch.nn.functional.pad(one, (0, N_SAMPLES - len(one))) for one in sounds])[:, None]
    return padded, [f"a {path.stem}" for path in files]


class Same(FakeStream):
    """The same sounds at every step."""

    def __init__(self, waveform, prompts):
        super().__init__(batch_size=len(waveform))
        self.waveform, self.prompts = waveform, prompts

    def batch(self, epoch, step):
        keys = [str(row) for row in range(len(self.waveform))]
        return SoundBatch(self.waveform, torch.full((len(keys),), N_SAMPLES), self.prompts, keys, epoch, step)


def train_on(task, config, run, waveform, prompts):
    train(task, config, lambda rank, size: Streams(Same(waveform, prompts)), run)


def train_vae(run, waveform):
    """Train the tiny autoencoder on them; return its preset."""
    settings = [f"vae_training.max_steps={VAE_STEPS}", "vae_training.batch_size=8", "vae_loss.discriminator=none"]
    settings += [f"vae_training.{name}_every=0" for name in ("validate", "show", "checkpoint")]
    preset = vae_preset(with_settings(read_preset("tiny"), settings), "tiny")
    task = VaeTask(preset.mel, preset.vae, preset.vae_loss)
    train_on(task, preset.vae_training, run, waveform, [str(row) for row in range(8)])
    return preset
