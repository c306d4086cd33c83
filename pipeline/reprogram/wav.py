"""A composed sample as a WAV file, bit by bit, and back."""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from mkaudio.pipeline.reprogram.compose import Composed
from mkaudio.shards import quantise

_SUBTYPES = {16: "PCM_16", 24: "PCM_24"}
_UNUSED_BITS = {16: 0, 24: 8}
"""libsndfile's integers fill their word from the top."""


def wav_bytes(composed: Composed) -> bytes:
    """Return a WAV file.

    Args:
        composed: the sample.
    """
    buffer, depth = io.BytesIO(), composed.composition.bit_depth
    samples = composed.samples << _UNUSED_BITS[depth]
    soundfile.write(buffer, samples.T, composed.composition.sample_rate_hz, _SUBTYPES[depth], format="WAV")
    return buffer.getvalue()


def read_samples(wav: bytes, bit_depth: int) -> NDArray[np.int16] | NDArray[np.int32]:
    """Return the integers (C, T) of a WAV file that `wav_bytes` made.

    Args:
        wav: the file.
        bit_depth: 16 or 24.
    """
    waveform, _ = soundfile.read(io.BytesIO(wav), dtype="float32", always_2d=True)
    return quantise(waveform.T, bit_depth)
