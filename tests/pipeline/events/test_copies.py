"""Copies are found whatever was done to them; different sounds that are alike are not taken for copies."""

import io

import numpy as np
import pytest
import soundfile
import soxr
from sounds import noise

from mkaudio.pipeline.events.copies import copies
from mkaudio.pipeline.events.fingerprint import DIMENSIONS, fingerprint

RATE_HZ = 16_000


def strike(pitch_hz, seed, n_frames=RATE_HZ):
    """A struck string with its own noise: nine partials that die away together."""
    time_s = np.arange(n_frames) / RATE_HZ
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, 9)
    partials = sum(np.sin(2 * np.pi * pitch_hz * (k + 1) * time_s + phases[k]) for k in range(9)) * np.exp(-3 * time_s)
    return 0.05 * partials + noise(n_frames, 0.02, seed=seed)[0] * np.exp(-8 * time_s)


def int16(waveform):
    return np.rint(np.clip(waveform, -1, 1) * 32767).astype(np.int16)


def encoded(waveform, rate_hz, format, subtype):
    buffer = io.BytesIO()
    soundfile.write(buffer, soxr.resample(waveform, RATE_HZ, rate_hz), rate_hz, format=format, subtype=subtype)
    buffer.seek(0)
    return soxr.resample(soundfile.read(buffer)[0], rate_hz, RATE_HZ)


def which_are_copies(*sounds, order=None):
    prints = np.stack([fingerprint(one, RATE_HZ) for one in sounds]).astype(np.float16)
    order = range(len(sounds)) if order is None else order
    return copies(prints, [len(one) for one in sounds], order, lambda number: sounds[number], RATE_HZ).tolist()


ONE = strike(220, seed=1)
MADE_AGAIN = {
    "same": ONE,
    "softer": ONE * 0.2,
    "upside down": -ONE,
    "later": np.concatenate((np.zeros(300), ONE)),
    "mp3": encoded(ONE, 44_100, "MP3", "MPEG_LAYER_III"),
    "vorbis": encoded(ONE, 22_050, "OGG", "VORBIS"),
    "telephone rate": encoded(ONE, 8_000, "WAV", "PCM_16"),
    "shorter tail": ONE[:14_000],
}


@pytest.mark.parametrize("way", MADE_AGAIN)
def test_a_copy_is_found(way):
    assert which_are_copies(int16(ONE), int16(MADE_AGAIN[way])) == [False, True]


def test_another_take_of_the_same_note_is_no_copy_though_its_fingerprint_is_near():
    take, other = int16(ONE), int16(strike(220, seed=2))
    assert fingerprint(take, RATE_HZ) @ fingerprint(other, RATE_HZ) > 0.94
    assert which_are_copies(take, other) == [False, False]


def test_the_preferred_one_of_a_kind_stays():
    sounds = [int16(ONE), int16(strike(330, seed=3)), int16(ONE * 0.5), int16(ONE * 0.3)]
    assert which_are_copies(*sounds) == [False, False, True, True]
    assert which_are_copies(*sounds, order=[2, 1, 0, 3]) == [True, False, False, True]


def test_copies_are_found_across_blocks(monkeypatch):
    monkeypatch.setattr("mkaudio.pipeline.events.copies._BLOCK", 2)
    sounds = [int16(strike(200 + 37 * number, seed=number)) for number in range(5)]
    assert which_are_copies(*sounds, sounds[0], sounds[4]) == [False] * 5 + [True] * 2


def test_silence_has_a_fingerprint_that_is_near_to_nothing():
    silence = np.zeros(8_000, np.int16)
    assert fingerprint(silence, RATE_HZ).shape == (DIMENSIONS,) and not fingerprint(silence, RATE_HZ).any()
    assert which_are_copies(silence, silence) == [False, False]
