"""A stretch of a file: where it is, how long it is, at which rate."""

import numpy as np
import pytest
import soundfile

from mkaudio.models.sound_file import read_mono


def test_a_stretch_is_the_mean_of_its_channels(tmp_path):
    sound = np.random.default_rng(0).integers(-9_000, 9_000, (8_000, 2)).astype(np.int16)
    soundfile.write(tmp_path / "x.wav", sound, 8_000)
    found = read_mono(tmp_path / "x.wav", 8_000, 0.25, 0.5)
    assert found.dtype == np.float32 and np.allclose(found, sound[4_000:6_000].mean(axis=1) / 32_768, atol=1e-7)
    assert len(read_mono(tmp_path / "x.wav", 16_000, 10, 0.5)) == 8_000


def test_behind_the_end_there_is_nothing(tmp_path):
    soundfile.write(tmp_path / "x.wav", np.zeros(8_000), 8_000)
    with pytest.raises(ValueError, match=r"lasts 1.00 s; nothing is left at 1 s"):
        read_mono(tmp_path / "x.wav", 8_000, 1, 1)


def test_a_stretch_shorter_than_a_sample_is_none(tmp_path):
    soundfile.write(tmp_path / "x.wav", np.zeros(8_000), 8_000)
    with pytest.raises(ValueError, match=r"x.wav: 1e-05 s from 0 s on are no sample at 8000 Hz"):
        read_mono(tmp_path / "x.wav", 8_000, 1e-5)
