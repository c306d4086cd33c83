import io

import numpy as np
import pytest
import soundfile
from composing import FakeEvents
from static_twin import EVENTS, clips_in, samples_of
from streaming import noise_of

from mkaudio.pipeline.reprogram.compose import Composed
from mkaudio.pipeline.reprogram.wav import read_samples, wav_bytes
from mkaudio.shards import probe


@pytest.mark.parametrize("bit_depth", [16, 24])
@pytest.mark.parametrize("channels", [1, 2])
def test_integers_come_back_bit_by_bit(tmp_path, bit_depth, channels):
    clips = clips_in(tmp_path / "clips", (1,), bit_depth=bit_depth)
    composition = samples_of(clips, tmp_path, FakeEvents(EVENTS), channels=channels).made(0).composition
    samples = noise_of(1, 999, channels, bit_depth)
    samples[:, :2] = -(1 << (bit_depth - 1)), (1 << (bit_depth - 1)) - 1
    wav = wav_bytes(Composed(samples, composition))
    found = read_samples(wav, bit_depth)
    assert np.array_equal(found, samples) and found.dtype == samples.dtype
    info = probe(io.BytesIO(wav))
    assert (info.container, info.bit_depth, info.channels, info.n_frames) == ("WAV", bit_depth, channels, 999)
    assert wav == wav_bytes(Composed(samples, composition))
    scale = 1 << (31 - (bit_depth - 1))  # another reading of the same file: libsndfile's 32-bit integers
    assert np.array_equal(soundfile.read(io.BytesIO(wav), dtype="int32", always_2d=True)[0].T // scale, samples)
