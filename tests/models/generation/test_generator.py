"""Generation with the real networks, tiny, of random weights: lengths, seeds, given sounds, pictures."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from sounds import noise
from tiny_ldm import MEL, VAE, WordsConditioner, write_ldm
from tiny_models import make_model

from mkaudio.models.diffusion.sampler import SamplerConfig
from mkaudio.models.generation.given_sound import GivenSound
from mkaudio.models.mel import LogMel

pytestmark = pytest.mark.slow

STEP = VAE.factor * MEL.hop_samples
"""Samples of a step of the latent."""
QUICK = SamplerConfig(steps=4, guidance=3.0)
SOUND = (noise(12_000, 0.05)[0] * np.linspace(0.1, 3, 12_000)).astype(np.float32)


@pytest.fixture(scope="module")
def ldm(tmp_path_factory):
    from mkaudio.models.diffusion.saved import load_ldm

    return load_ldm(write_ldm(tmp_path_factory.mktemp("runs") / "ldm"))


class Frames:
    """A vocoder that plays the mean of each frame for as long as the frame is; it keeps what it was given."""

    name, unstated = "frames", ()

    def __call__(self, log_mel):
        self.mel = log_mel
        return log_mel.mean(dim=1).repeat_interleave(MEL.hop_samples, dim=1)


class SeenVae:
    """An autoencoder that keeps the latents that it decodes."""

    def __init__(self, vae):
        self._vae, self.decoded = vae, []

    def __getattr__(self, name):
        return getattr(self._vae, name)

    def decode(self, latent):
        self.decoded.append(latent)
        return self._vae.decode(latent)


def generator_of(ldm, config=QUICK, conditioner=None, report=None):
    from mkaudio.models.generation.generator import Generator

    return Generator(ldm, conditioner or WordsConditioner(), Frames(), config, report)


def made(ldm, texts=("a dog",), seeds=(5,), n_samples=9_000, given=None, config=QUICK):
    """The sounds (B, T), and their mels (B, F, L) beyond the end."""
    generator = generator_of(ldm, config)
    sounds = generator.from_texts(list(texts), list(seeds), n_samples, given)
    return sounds, generator._vocoder.mel


def round_trip(ldm, sound, n_frames):
    padded = np.zeros(n_frames * MEL.hop_samples, np.float32)
    padded[: len(sound)] = sound
    return ldm.vae.decode(ldm.vae.encode(LogMel(MEL)(torch.from_numpy(padded)[None])))


@pytest.mark.parametrize("n_samples", [1, 255, STEP, STEP + 1, 16_000])
def test_the_length_is_exact_and_frame_0_is_the_begin(ldm, n_samples):
    sounds, mel = made(ldm, n_samples=n_samples)
    assert sounds.shape == (1, n_samples) and sounds.dtype == np.float32
    assert mel.shape[-1] * MEL.hop_samples - n_samples < STEP and mel.shape[1] == MEL.n_mels
    frames = mel.mean(dim=1).numpy()[0]
    assert np.array_equal(sounds[0], np.repeat(frames, MEL.hop_samples)[:n_samples])
    assert (frames > MEL.silence + 0.5).all()  # sound from the first frame on


def test_a_sound_is_that_of_its_prompt_and_seed_whatever_stands_beside_it(ldm):
    together, _ = made(ldm, ("a dog", "rain", "rain"), (5, 6, 7))
    for row, (text, seed) in enumerate([("a dog", 5), ("rain", 6), ("rain", 7)]):
        alone, _ = made(ldm, (text,), (seed,))
        assert np.abs(together[row] - alone[0]).max() < 1e-4
    assert np.abs(together[1] - together[2]).max() > 0.1
    assert np.abs(made(ldm, ("a dog",), (6,))[0][0] - together[1]).max() > 0.1
    again, _ = made(ldm, ("a dog", "rain", "rain"), (5, 6, 7))
    assert np.array_equal(again, together)


def test_guidance_1_is_the_conditional_model_and_0_knows_no_prompt(ldm):
    one, other = (SamplerConfig(4, guidance) for guidance in (1.0, 1.0 + 1e-6))
    assert np.abs(made(ldm, config=one)[0] - made(ldm, config=other)[0]).max() < 1e-3
    none = SamplerConfig(4, 0.0)
    assert np.array_equal(made(ldm, config=none)[0], made(ldm, ("",), config=one)[0])
    assert np.abs(made(ldm, config=one)[0] - made(ldm, config=none)[0]).max() > 0.01


@pytest.mark.parametrize("sampler", ["dpm", "ddim"])
def test_strength_0_is_the_round_trip_and_1_forgets_the_sound(ldm, sampler):
    config = SamplerConfig(4, 3.0, sampler)
    _, mel = made(ldm, n_samples=12_000, given=GivenSound(SOUND, 0.0), config=config)
    assert torch.equal(mel, round_trip(ldm, SOUND, mel.shape[-1]))
    anew, _ = made(ldm, n_samples=12_000, config=config)
    assert np.array_equal(made(ldm, n_samples=12_000, given=GivenSound(SOUND, 1.0), config=config)[0], anew)
    between, _ = made(ldm, n_samples=12_000, given=GivenSound(SOUND, 0.5), config=config)
    assert np.abs(between - anew).max() > 0.01


@pytest.mark.parametrize("strength", [1.0, 0.5])
def test_inpainting_keeps_the_round_trip_outside_the_span(ldm, strength):
    seen = SeenVae(ldm.vae)
    generator = generator_of(replace(ldm, vae=seen))
    sounds = generator.from_texts(["a dog", "rain"], [1, 2], 12_000, GivenSound(SOUND, strength, (0.2, 0.4)))
    mel = generator._vocoder.mel
    whole, first, end = round_trip(ldm, SOUND, mel.shape[-1]), 3_200 // STEP, -(-6_400 // STEP)
    given, latents = (one for one in seen.decoded)
    assert given.shape[0] == 1 and latents.shape[0] == 2
    for row in range(2):
        anew = torch.zeros(latents.shape[-1], dtype=torch.bool)
        anew[first:end] = True
        assert torch.equal(latents[row][..., ~anew], given[0][..., ~anew])
        assert (latents[row][..., anew] != given[0][..., anew]).all()
        frames = anew.repeat_interleave(VAE.factor)
        assert torch.equal(mel[row][:, ~frames], whole[0][:, ~frames])
        assert (mel[row][:, frames] - whole[0][:, frames]).abs().max() > 0.01
    assert np.abs(sounds[0] - sounds[1]).max() > 0.01


def test_a_sound_is_continued_where_more_is_wanted(ldm):
    sounds, mel = made(ldm, n_samples=20_000, given=GivenSound(SOUND, 1.0, (12_288 / 16_000, 1.25)))
    kept = 12_288 // MEL.hop_samples
    whole = round_trip(ldm, SOUND, mel.shape[-1])
    assert sounds.shape == (1, 20_000) and torch.equal(mel[..., :kept], whole[..., :kept])
    with pytest.raises(ValueError, match=r"inpaint 1:1.5: ends behind the sound, which lasts 1.25 s"):
        made(ldm, n_samples=20_000, given=GivenSound(SOUND, 1.0, (1.0, 1.5)))


def test_what_no_sound_has_is_not_given_to_the_vocoder(ldm):
    class Loud(SeenVae):
        def decode(self, latent):
            return 100 * (self._vae.decode(latent) + 2.5)

    generator = generator_of(replace(ldm, vae=Loud(ldm.vae)))
    generator.from_texts(["a dog"], [1], 12_000)
    mel = generator._vocoder.mel
    assert (mel.min().item(), mel.max().item()) == pytest.approx((MEL.silence, MEL.loudest))


def test_each_forward_is_reported(ldm):
    for strength, forwards in ((1.0, 4), (0.5, 2), (0.0, 0)):
        calls = []
        generator = generator_of(ldm, report=lambda calls=calls: calls.append(1))
        generator.from_texts(["a", "b"], [1, 2], 12_000, GivenSound(SOUND, strength))
        assert len(calls) == forwards


def test_another_conditioner_is_refused(ldm):
    with pytest.raises(ValueError, match="was trained with the conditioner words"):
        generator_of(ldm, conditioner=WordsConditioner(fingerprint="another"))


def test_pictures_need_a_space_that_has_them(ldm):
    with pytest.raises(ValueError, match="conditioner words, which reads texts alone; pictures need"):
        generator_of(ldm).from_pictures([[np.zeros((8, 8, 3), np.uint8)]], [0], 5_000)


def test_a_picture_sounds_and_a_video_is_another(tmp_path):
    from mkaudio.models.conditioning.load import load_conditioner
    from mkaudio.models.diffusion.saved import load_ldm

    clip = load_conditioner(f"clip-space:{make_model('clip', tmp_path / 'clip')}")
    seeing = load_ldm(write_ldm(tmp_path / "ldm", clip))
    generator = generator_of(seeing, conditioner=clip)
    rng = np.random.default_rng(0)
    one, other = (rng.integers(0, 255, (32, 32, 3), dtype=np.uint8) for _ in range(2))
    sounds = generator.from_pictures([[one], [other], [one, other]], [3, 3, 3], 5_000)
    assert sounds.shape == (3, 5_000)
    assert np.array_equal(generator.from_pictures([[one], [other], [one, other]], [3, 3, 3], 5_000), sounds)
    assert np.abs(generator.from_pictures([[other]], [3], 5_000)[0] - sounds[1]).max() < 1e-4
    assert min(np.abs(sounds[a] - sounds[b]).max() for a, b in ((0, 1), (1, 2), (0, 2))) > 1e-4


def test_a_network_that_went_astray_is_said(ldm):
    parts = {field.name: getattr(ldm, field.name) for field in fields(ldm)}

    def astray(noisy, timesteps, context):
        made = ldm.denoiser(noisy, timesteps, context)
        made[1] = float("nan")
        return made

    class Astray(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))

        def forward(self, noisy, timesteps, context):
            return astray(noisy, timesteps, context)

    broken = type(ldm)(**{**parts, "denoiser": Astray()})
    with pytest.raises(ValueError, match=r"values that are no numbers \(seed 22\)"):
        generator_of(broken, SamplerConfig(2, 1.0)).from_texts(["a", "b"], [21, 22], 5_000)
