"""The overfit law: eight real sounds that a small autoencoder sees again and again are reconstructed."""

import pytest
import torch
from training_fakes import FakeStream

from mkaudio.cli.preset import read_preset, vae_preset, with_settings
from mkaudio.models.mel import LogMel
from mkaudio.models.sound_file import read_mono
from mkaudio.models.training.batches import SoundBatch, Streams
from mkaudio.models.training.loop import train
from mkaudio.models.vae.baseline import pooled
from mkaudio.models.vae.saved import load_vae
from mkaudio.models.vae.task import VaeTask

pytestmark = pytest.mark.slow

N_SAMPLES = 64 * 256
STEPS, GREATEST_L1 = 400, 0.2


class Same(FakeStream):
    """The same eight sounds at every step."""

    def __init__(self, waveform):
        super().__init__(batch_size=len(waveform))
        self.waveform = waveform

    def batch(self, epoch, step):
        keys = [str(row) for row in range(len(self.waveform))]
        return SoundBatch(self.waveform, torch.full((len(keys),), N_SAMPLES), keys, keys, epoch, step)


def test_eight_sounds_are_learnt_by_heart(demo_sounds, tmp_path):
    files = sorted(demo_sounds.glob("*.mp3"))[:8]
    assert len(files) == 8
    sounds = [torch.from_numpy(read_mono(path, 16_000, N_SAMPLES / 16_000)) for path in files]
    waveform = torch.stack([torch.nn.functional.pad(one, (0, N_SAMPLES - len(one))) for one in sounds])[:, None]
    settings = [f"vae_training.max_steps={STEPS}", "vae_training.batch_size=8", "vae_loss.discriminator=none"]
    settings += [f"vae_training.{name}_every=0" for name in ("validate", "show", "checkpoint")]
    preset = vae_preset(with_settings(read_preset("tiny"), settings), "tiny")
    task = VaeTask(preset.mel, preset.vae, preset.vae_loss)
    train(task, preset.vae_training, lambda rank, size: Streams(Same(waveform)), tmp_path / "run")
    vae, mel = load_vae(tmp_path / "run"), LogMel(preset.mel)(waveform[:, 0])
    errors = (vae.decode(vae.encode(mel)) - mel).abs().mean(dim=(1, 2))
    beaten = (pooled(mel[:, None])[:, 0] - mel).abs().mean(dim=(1, 2))
    assert errors.max() < GREATEST_L1
    assert errors.mean() < beaten.mean()
