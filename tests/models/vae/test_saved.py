"""An autoencoder read from a run: its averaged weights, its scale, and what is refused."""

import shutil

import pytest
import torch
from training_fakes import FakeStream
from vae_steps import noises

from mkaudio.models.mel import MelConfig
from mkaudio.models.training.batches import Streams
from mkaudio.models.training.checkpoint import read_checkpoint
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.loop import train
from mkaudio.models.vae.config import VaeConfig, VaeLossConfig
from mkaudio.models.vae.saved import load_vae
from mkaudio.models.vae.task import VaeTask

pytestmark = pytest.mark.slow

MEL, VAE = MelConfig(n_mels=16), VaeConfig((4, 4), 1, 1)
LOSS = VaeLossConfig(discriminator="none", crop_frames=8)


class Noises(FakeStream):
    def batch(self, epoch, step):
        return noises((4_096, 4_096), 4_096)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "vae"
    config = TrainingConfig(max_steps=3, batch_size=2, learning_rate=1e-2, ema_decay=0.9)
    train(VaeTask(MEL, VAE, LOSS), config, lambda rank, size: Streams(Noises(batch_size=2)), folder)
    return folder


def test_it_has_the_averaged_weights_and_the_scale_of_the_run(run):
    checkpoint = read_checkpoint(run / "checkpoints" / "00000003")
    vae = load_vae(run)
    averaged, latest = (checkpoint.tensors(part) for part in ("ema", "weights"))
    for name, tensor in vae.network.state_dict().items():
        assert torch.equal(tensor, averaged[f"autoencoder.{name}"])
    assert any(
        not torch.equal(tensor, latest[f"autoencoder.{name}"]) for name, tensor in vae.network.state_dict().items()
    )
    mean, square = (float(averaged[f"latent_moments.{name}"]) for name in ("mean", "mean_square"))
    assert vae.latent_scale == pytest.approx((square - mean**2) ** -0.5) and vae.step == 3
    assert (vae.mel, vae.config) == (MEL, VAE) and not any(one.requires_grad for one in vae.network.parameters())


def test_latents_are_scaled_and_come_back(run):
    vae, mel = load_vae(run), torch.randn(2, 16, 24, generator=torch.Generator().manual_seed(0)) - 2
    latent = vae.encode(mel)
    assert latent.shape == (2, 1, 8, 12)
    with torch.no_grad():
        own = vae.network.encode(mel[:, None]).latent_dist.mean
        assert torch.allclose(latent, own * vae.latent_scale)
        assert torch.allclose(vae.decode(latent), vae.network.decode(own).sample[:, 0], atol=1e-5)


def test_the_fingerprint_is_of_the_weights_and_nothing_else(run, tmp_path):
    copy = shutil.copytree(run, tmp_path / "copy")
    assert (
        load_vae(copy).fingerprint
        == load_vae(run).fingerprint
        == load_vae(run / "checkpoints" / "00000003").fingerprint
    )


def test_a_run_may_have_a_number_for_a_name(run, tmp_path):
    assert load_vae(shutil.copytree(run, tmp_path / "2024")).step == 3


def test_what_is_no_autoencoder_is_refused(run, tmp_path):
    with pytest.raises(ValueError, match="no training: there is no checkpoint"):
        load_vae(tmp_path)
    copy = shutil.copytree(run, tmp_path / "copy")
    config = TrainingConfig(max_steps=1, batch_size=2, checkpoint_every=1)
    train(VaeTask(MEL, VAE, LOSS), config, lambda rank, size: Streams(Noises(batch_size=2)), tmp_path / "fresh")
    with pytest.raises(ValueError, match="00000000: fresh weights, before the first step"):
        load_vae(tmp_path / "fresh" / "checkpoints" / "00000000")
    weights = copy / "checkpoints" / "00000003" / "ema.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"ema.safetensors: damaged: .* bytes"):
        load_vae(copy)
