"""Files that a person hears and sees: exact length, no clipping, a picture of both mels."""

import numpy as np
import pytest
import soundfile

from mkaudio.models.mel import MelConfig
from mkaudio.models.vae.comparison import write_comparison, write_wav

CONFIG = MelConfig()


@pytest.mark.slow  # librosa and matplotlib
def test_sounds_have_the_length_of_the_mel_and_the_original_its_own(tmp_path):
    generator = np.random.default_rng(0)
    sound = generator.normal(0, 0.1, 20 * 256 + 17).astype(np.float32)
    mel = generator.uniform(-3, 0, (80, 20)).astype(np.float32)
    files = write_comparison(tmp_path, "a.b", sound, mel, mel - 0.5, CONFIG)
    assert [path.name for path in files] == [
        "a.b.original.wav",
        "a.b.griffin_lim.wav",
        "a.b.reconstructed.wav",
        "a.b.png",
    ]
    lengths = [len(soundfile.read(path)[0]) for path in files[:3]]
    assert lengths == [20 * 256 + 17, 20 * 256, 20 * 256]
    quieter = [float(np.sqrt(np.mean(np.square(soundfile.read(path)[0])))) for path in files[1:3]]
    assert 20 * np.log10(quieter[0] / quieter[1]) > 8  # a mel of .5 less is 10 dB less


def test_a_sound_too_short_to_be_reflected_is_shown_as_well(tmp_path):
    mel = np.full((80, 1), -1.0, np.float32)
    files = write_comparison(tmp_path, "click", np.full(100, 0.1, np.float32), mel, mel, CONFIG)
    assert [len(soundfile.read(path)[0]) for path in files[:3]] == [100, 256, 256]


def test_a_sound_beyond_full_scale_is_made_quieter_not_clipped(tmp_path):
    sound = np.array([0.5, -2.0, 1.0, 0.0], np.float32)
    write_wav(tmp_path / "x.wav", sound, 16_000)
    found, rate_hz = soundfile.read(tmp_path / "x.wav")
    assert rate_hz == 16_000 and np.allclose(found, sound / 2, atol=1e-4)
