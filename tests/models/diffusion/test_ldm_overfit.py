"""The overfit law: eight mels that a small diffusion sees again and again are generated, each for its own prompt."""

import pytest
import torch
from ldm_fakes import Words, fake_vae
from training_fakes import FakeStream
from vae_steps import draw_of

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.prompt_use import prompt_use
from mkaudio.models.diffusion.sampler import SamplerConfig, sample
from mkaudio.models.diffusion.task import LdmTask
from mkaudio.models.training.batches import SoundBatch, Streams
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.loop import train

pytestmark = pytest.mark.slow

STEPS = 500
N_SAMPLES, TONE_SAMPLES = 4096, 512
PROMPTS = ["a dog barks", "rain falls", "a horn", "a violin plays", "wind", "a cat", "steps on gravel", "a bell rings"]


class Same(FakeStream):
    """The same eight melodies at every step, of tones at random and prompts that say nothing of them."""

    def batch(self, epoch, step):
        waveform, time = torch.zeros(8, 1, N_SAMPLES), torch.arange(TONE_SAMPLES) / 16_000
        for row in range(8):
            generator = torch.Generator().manual_seed(row)
            pitches_hz = torch.randint(200, 6000, (N_SAMPLES // TONE_SAMPLES,), generator=generator)
            gains = torch.rand(len(pitches_hz), generator=generator)
            waveform[row, 0] = (gains[:, None] * torch.sin(2 * torch.pi * pitches_hz[:, None] * time)).flatten()
        return SoundBatch(waveform, torch.full((8,), N_SAMPLES), PROMPTS, [str(row) for row in range(8)], epoch, step)


def test_eight_sounds_are_learnt_by_heart(tmp_path):
    """By v: in as many steps, the noise alone teaches prompts a tenth as well, for they matter where noise is nearly all."""
    task = LdmTask(LdmConfig((32, 64), 1, 4, 64), LdmLossConfig(prediction="v_prediction"), fake_vae(), Words(16))
    config = TrainingConfig(STEPS, batch_size=8, learning_rate=2e-3, decay="cosine", warm_up_steps=10, ema_decay=0.98)
    stream = Same(batch_size=8)
    train(task, config, lambda rank, size: Streams(Same(batch_size=8)), tmp_path / "run")
    training, batch = task.module.eval(), stream.batch(0, 0)
    latents, found = training.latents(batch), []
    for guidance in (1.0, 3.0):
        made = sample(
            training.denoiser, training.schedule, SamplerConfig(25, guidance), training.read(PROMPTS),
            training.read([""]), draw_of(rows=range(8)), latents.shape[1:],
        )  # fmt: skip
        distances = torch.cdist(training.vae.decode(made).flatten(1), training.mels(batch).flatten(1))
        found.append(distances.argmin(dim=1).tolist())
    assert found == [list(range(8))] * 2
    gains = prompt_use(training, batch, draw_of(rows=range(8))).gains
    assert float(gains.mean()) > 2 * float(gains.std()) / 8**0.5  # own prompts are better than others'
