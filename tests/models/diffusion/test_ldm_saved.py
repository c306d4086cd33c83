"""A diffusion read from a run: averaged weights, its own autoencoder, and what is refused."""

import shutil

import pytest
import torch
from ldm_fakes import Words, sounds
from training_fakes import FakeStream

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig
from mkaudio.models.diffusion.kept_vae import keep_vae
from mkaudio.models.diffusion.saved import load_ldm
from mkaudio.models.diffusion.task import LdmTask
from mkaudio.models.mel import MelConfig
from mkaudio.models.training.batches import Streams
from mkaudio.models.training.checkpoint import read_checkpoint
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.loop import train
from mkaudio.models.vae.config import VaeConfig, VaeLossConfig
from mkaudio.models.vae.saved import load_vae
from mkaudio.models.vae.task import VaeTask

pytestmark = pytest.mark.slow

MEL, VAE, LDM = MelConfig(n_mels=16), VaeConfig((4, 4), 1, 2), LdmConfig((8, 16), 1, 2, 8)
CONFIG = TrainingConfig(max_steps=3, batch_size=2, learning_rate=1e-2, ema_decay=0.9, validate_every=3, show_every=0)


class Tones(FakeStream):
    def batch(self, epoch, step):
        return sounds(2)


def streams(rank, size):
    return Streams(Tones(batch_size=2), Tones(batch_size=2, steps=1, epochs=1))


def trained_vae(folder, seed=0):
    loss = VaeLossConfig(discriminator="none", crop_frames=8)
    train(VaeTask(MEL, VAE, loss, seed), CONFIG, streams, folder)
    return load_vae(folder)


def trained_ldm(folder, vae, words=None, **others):
    keep_vae(vae, folder)
    train(LdmTask(LDM, LdmLossConfig(), vae, words or Words()), CONFIG, streams, folder, **others)


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    return trained_vae(tmp_path_factory.mktemp("runs") / "vae")


@pytest.fixture(scope="module")
def run(tmp_path_factory, vae):
    folder = tmp_path_factory.mktemp("runs") / "ldm"
    trained_ldm(folder, vae)
    return folder


def test_it_has_the_averaged_weights_of_the_run(run):
    checkpoint, ldm = read_checkpoint(run / "checkpoints" / "00000003"), load_ldm(run)
    averaged, latest = (checkpoint.tensors(part) for part in ("ema", "weights"))
    own = ldm.denoiser.state_dict()
    assert {f"denoiser.{name}" for name in own} == set(averaged)
    assert all(torch.equal(one, averaged[f"denoiser.{name}"]) for name, one in own.items())
    assert any(not torch.equal(one, latest[f"denoiser.{name}"]) for name, one in own.items())
    assert (ldm.config, ldm.schedule.config, ldm.step) == (LDM, LdmLossConfig(), 3)
    assert not ldm.denoiser.training and not any(one.requires_grad for one in ldm.denoiser.parameters())
    assert (run / "log" / "val.csv").read_text().splitlines()[0].endswith("prompt_gain_square")


def test_the_run_carries_its_autoencoder_and_works_where_it_is_moved_to(run, vae, tmp_path):
    moved = shutil.copytree(run, tmp_path / "elsewhere")
    ldm, kept = load_ldm(moved), load_vae(moved / "vae")
    assert kept.fingerprint == ldm.vae.fingerprint == vae.fingerprint and kept.latent_scale == vae.latent_scale
    assert str(ldm.vae.folder).startswith(str(moved))
    mel = torch.randn(1, 16, 8)
    assert torch.equal(ldm.vae.encode(mel), vae.encode(mel))
    assert [path.name for path in sorted((moved / "vae" / "checkpoints" / "00000003").iterdir())] == [
        "ema.safetensors", "state.json"
    ]  # fmt: skip
    assert load_ldm(moved / "checkpoints" / "00000003").fingerprint == ldm.fingerprint == load_ldm(run).fingerprint


def test_another_autoencoder_is_refused_wherever_it_is_given(run, vae, tmp_path):
    other = trained_vae(tmp_path / "vae", seed=1)
    assert load_ldm(run, vae=vae.folder).vae.fingerprint == vae.fingerprint
    message = rf"the autoencoder {other.fingerprint}, .* needs {vae.fingerprint}"
    with pytest.raises(ValueError, match=message):
        load_ldm(run, vae=other.folder)
    assert keep_vae(vae, run) == run / "vae"
    with pytest.raises(ValueError, match=message):
        keep_vae(other, run)
    swapped = shutil.copytree(run, tmp_path / "swapped")
    shutil.rmtree(swapped / "vae")
    keep_vae(other, swapped)
    with pytest.raises(ValueError, match=message):
        load_ldm(swapped)
    resumed = LdmTask(LDM, LdmLossConfig(), other, Words())
    with pytest.raises(ValueError, match=rf"vae.fingerprint was '{vae.fingerprint}', is '{other.fingerprint}'"):
        train(resumed, CONFIG, streams, run, resume=True)


def test_another_conditioner_is_refused(run, vae):
    ldm = load_ldm(run)
    ldm.check_conditioner(Words())
    for other in (Words(width=9), Words(fingerprint="words-2")):
        with pytest.raises(ValueError, match="was trained with the conditioner words"):
            ldm.check_conditioner(other)
    with pytest.raises(ValueError, match=r"conditioner.fingerprint was 'words-1', is 'words-2'"):
        train(LdmTask(LDM, LdmLossConfig(), vae, Words(fingerprint="words-2")), CONFIG, streams, run, resume=True)


def test_what_is_no_diffusion_or_damaged_is_refused(run, vae, tmp_path):
    with pytest.raises(ValueError, match="no training: there is no checkpoint"):
        load_ldm(tmp_path)
    with pytest.raises(ValueError, match="trained was 'vae', needed is a diffusion"):
        load_ldm(vae.folder)
    with pytest.raises(ValueError, match="trained was 'ldm', needed is an autoencoder"):
        load_vae(run)
    for where in ("checkpoints/00000003", "vae/checkpoints/00000003"):
        copy = shutil.copytree(run, tmp_path / where.replace("/", "-"))
        weights = copy / where / "ema.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1])
        with pytest.raises(ValueError, match=r"ema.safetensors: damaged: .* bytes"):
            load_ldm(copy)
    shutil.rmtree(copy / "vae")
    with pytest.raises(ValueError, match=r"vae: no training"):
        load_ldm(copy)


def test_a_training_without_a_step_has_nothing_to_use(tmp_path, monkeypatch):
    import tiny_ldm

    monkeypatch.setattr(tiny_ldm, "STEP", 0)
    with pytest.raises(
        ValueError, match=r"00000000: fresh weights, before the first step: let mkaudio train ldm go on"
    ):
        load_ldm(tiny_ldm.write_ldm(tmp_path))


def test_a_broken_training_goes_on_as_an_unbroken_one(vae, tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    trained_ldm(whole, vae)
    keep_vae(vae, broken)
    short = TrainingConfig(max_steps=2, batch_size=2, learning_rate=1e-2, ema_decay=0.9, validate_every=0, show_every=0)
    train(LdmTask(LDM, LdmLossConfig(), vae, Words()), short, streams, broken)
    trained_ldm(broken, vae, resume=True)
    for part in ("weights", "ema"):
        one, other = (read_checkpoint(run / "checkpoints" / "00000003").tensors(part) for run in (whole, broken))
        assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())
