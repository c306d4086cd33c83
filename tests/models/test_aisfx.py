"""The second ear: its mels against another implementation, its blocks by hand, its bits beside any neighbour."""

import numpy as np
import pytest
import torch
from sounds import noise, tone
from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

from mkaudio.models.starter import aisfx
from mkaudio.models.starter.wheels import FetchError

RATE_HZ = 44_100
BLOCK = aisfx._BLOCK_SAMPLES


@pytest.fixture(scope="module")
def ear(second_ear):
    return aisfx.AisfxEar(second_ear)


def other_mels():
    filters = mel_filter_bank(1025, 96, 0.0, 22_050.0, RATE_HZ, mel_scale="htk", triangularize_in_mel_space=True)
    return filters / filters.sum(axis=0)


def test_mels_sum_to_one_and_agree_with_another_implementation():
    ours = aisfx.mel_matrix().numpy()
    assert np.allclose(ours.sum(axis=0), 1, atol=1e-6)
    assert np.abs(ours - other_mels()).max() < 1e-6


def test_log_mel_agrees_with_another_implementation():
    block = noise(BLOCK, seed=4)[0]
    power = spectrogram(
        block,
        window_function(2048, "hann", periodic=False),
        2048,
        1024,
        power=2.0,
        center=False,
        mel_filters=other_mels(),
    ).T
    wanted = np.log10(1e4 * power + 1) / 9.457798957824707
    found = aisfx.log_mel(torch.from_numpy(block)[None])[0].numpy()
    assert found.shape == wanted.shape == (100, 96)
    assert np.abs(found - wanted).max() < 1e-5


def test_a_tone_is_in_its_own_mel():
    mels = aisfx.log_mel(torch.from_numpy(tone(1000, BLOCK, RATE_HZ)))[0].mean(0)
    centres = 700 * (np.exp(np.linspace(0, 1127.01048 * np.log1p(22_050 / 700), 98)[1:-1] / 1127.01048) - 1)
    assert abs(centres[int(mels.argmax())] - 1000) < 40


@pytest.mark.parametrize(
    ("n_samples", "max_blocks", "starts"),
    [
        (BLOCK, 2, [0]),
        (BLOCK + 1, 2, [0, 1]),
        (3 * BLOCK, 2, [0, 2 * BLOCK]),
        (3 * BLOCK, 3, [0, BLOCK, 2 * BLOCK]),
        (3 * BLOCK, 1, [BLOCK]),
    ],
)
def test_blocks_are_spread_over_the_clip(n_samples, max_blocks, starts):
    clip = np.linspace(0, 1, n_samples, dtype=np.float32)  # its peak is 1: cut leaves it as it is
    assert np.array_equal(aisfx.cut(clip, max_blocks), [clip[start : start + BLOCK] for start in starts])


def test_a_short_clip_is_repeated():
    clip = noise(1000)[0]
    (block,) = aisfx.cut(clip, 2)
    assert (
        np.array_equal(block[:1000], block[1000:2000])
        and np.abs(block).max() == pytest.approx(1)
        and len(block) == BLOCK
    )


@pytest.mark.slow
def test_bits_do_not_depend_on_neighbours_nor_on_the_level(ear):
    clips = [noise(length, seed=length)[0] for length in (1, 30_000, 120_000)]
    alone = np.concatenate([ear.embed([clip]) for clip in clips])
    together = ear.embed(clips[::-1])[::-1]
    assert alone.shape == (3, 512) and alone.dtype == np.float32
    assert np.array_equal(alone, together)
    assert np.array_equal(ear.embed([clips[1] * np.float32(0.25)]), alone[1:2])


@pytest.mark.slow
def test_all_blocks_count_alike(ear):
    high, low = tone(4000, BLOCK, RATE_HZ)[0], tone(200, BLOCK, RATE_HZ)[0]
    both = ear.embed([np.concatenate([high, low])])[0]
    assert np.allclose(both, ear.embed([high, low]).mean(axis=0), atol=1e-6)
    assert np.abs(ear.embed([high]) - ear.embed([low])).max() > 0.05


@pytest.mark.slow
def test_silence_is_a_vector_too(ear):
    assert np.isfinite(ear.embed([np.zeros(500, np.float32)])).all()


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [np.zeros(0, np.float32), np.zeros((2, 9), np.float32), np.zeros(9)])
def test_no_mono_float32_is_refused(ear, wrong):
    with pytest.raises(ValueError, match="waveform 0 of 1"):
        ear.embed([wrong])


def test_without_a_pack(tmp_path):
    with pytest.raises(FetchError, match="mkaudio fetch second-ear"):
        aisfx.AisfxEar(tmp_path)
