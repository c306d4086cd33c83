"""FLAC gives back the integers that went in, whatever the depth, the rate and the number of channels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import noise, tone

from mkaudio.shards import Reason, Refusal, decode_flac, decode_flac_part, dequantise, encode_flac, quantise

RATES_HZ = (2_000, 8_000, 11_025, 44_100, 65_535, 96_000, 384_000, 655_350)


@pytest.mark.parametrize("bit_depth", [16, 24])
@settings(max_examples=40, deadline=None)
@given(
    channels=st.integers(1, 8),
    n_frames=st.integers(1, 6_000),
    rate_hz=st.sampled_from(RATES_HZ),
    rms=st.sampled_from([0.0, 1e-6, 0.1, 3.0]),
    seed=st.integers(0, 9),
)
def test_what_is_stored_comes_back_bit_by_bit(bit_depth, channels, n_frames, rate_hz, rms, seed):
    samples = quantise(noise(n_frames, rms, channels, seed), bit_depth)
    data = encode_flac(samples, rate_hz, bit_depth)
    waveform, found_hz = decode_flac(data)
    assert found_hz == rate_hz and waveform.dtype == np.float32 and waveform.shape == (channels, n_frames)
    assert np.array_equal(waveform, dequantise(samples, bit_depth))
    assert np.array_equal(quantise(waveform, bit_depth), samples)
    assert encode_flac(samples, rate_hz, bit_depth) == data


@pytest.mark.parametrize(("bit_depth", "dtype"), [(16, np.int16), (24, np.int32)])
def test_quantise_rounds_to_the_nearest_and_clips(bit_depth, dtype):
    full = 1 << (bit_depth - 1)
    steps = np.array([[-2.0 * full, -full, -1.4, -0.6, 0.0, 0.4, 1.6, full - 1, full, 2.0 * full]])
    samples = quantise((steps / full).astype(np.float32), bit_depth)
    assert samples.dtype == dtype
    assert samples.tolist() == [[-full, -full, -1, -1, 0, 0, 2, full - 1, full - 1, full - 1]]


@pytest.mark.parametrize("bit_depth", [16, 24])
def test_quantising_moves_a_sample_by_half_a_step_at_most(bit_depth):
    waveform = noise(20_000, 0.2)
    moved = np.abs(dequantise(quantise(waveform, bit_depth), bit_depth) - waveform).max()
    assert moved <= 0.5 / (1 << (bit_depth - 1))


def test_channels_stay_where_they_are():
    waveform = tone(500, 8_000, 16_000, channels=6)
    stored, _ = decode_flac(encode_flac(quantise(waveform, 16), 16_000, 16))
    assert [int(np.abs(np.fft.rfft(row)).argmax() / 8_000 * 16_000) for row in stored] == [
        500 * number for number in range(1, 7)
    ]


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"not a FLAC", lambda data: b""])
def test_a_damaged_flac_is_refused(damage):
    data = encode_flac(quantise(noise(30_000), 16), 16_000, 16)
    with pytest.raises(Refusal) as caught:
        decode_flac(damage(data))
    assert caught.value.reason is Reason.DECODE_ERROR


@pytest.mark.parametrize("bit_depth", [16, 24])
def test_a_stretch_is_that_of_the_whole_wherever_it_begins(bit_depth):
    data = encode_flac(quantise(noise(90_001, channels=2), bit_depth), 16_000, bit_depth)
    whole, _ = decode_flac(data)
    for first, n_frames in (
        (0, 90_001),
        (0, 10),
        (4_095, 3),
        (4_096, 8_192),
        (77_777, 12_224),
        (90_000, 1),
        (89_000, 5_000),
        (90_001, 1),
    ):
        part, rate_hz, n_all = decode_flac_part(data, first, n_frames)
        assert np.array_equal(part, whole[:, first : first + n_frames]) and (rate_hz, n_all) == (16_000, 90_001)
    with pytest.raises(Refusal, match="FLAC of 9 bytes"):
        decode_flac_part(b"no flac..", 0, 1)
