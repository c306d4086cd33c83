"""Samples between float, integer and FLAC, bit by bit. C channels, T samples.

Integers are plain: -32768 to 32767 at 16 bit in int16, -8388608 to 8388607 at 24 bit in int32.
"""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray

from mkaudio.shards.reasons import Reason, Refusal

BIT_DEPTHS = (16, 24)
MAX_CHANNELS = 8
MAX_RATE_HZ = 655_350
"""Source: FLAC format, STREAMINFO: 1 to 8 channels; the rate of a frame header ends at 655,350 Hz."""

_COMPRESSION = 0.5
"""libsndfile's 0 to 1 for FLAC's levels 0 to 8. Source: tests/benchmarks/flac_level.py on real sounds: higher levels cost
more than they save, lower ones save little."""
_SUBTYPES = {16: "PCM_16", 24: "PCM_24"}
_UNUSED_BITS = {16: 0, 24: 8}
"""libsndfile's integers fill their word from the top."""

Samples = NDArray[np.int16] | NDArray[np.int32]


def quantise(waveform: NDArray[np.float32], bit_depth: int) -> Samples:
    """Round to integers; what is beyond full scale is clipped to it.

    Args:
        waveform: (C, T), full scale is [-1, 1).
        bit_depth: 16 or 24.

    Returns:
        (C, T) int16 for 16 bit, int32 for 24 bit.
    """
    full = float(1 << (bit_depth - 1))
    scaled = waveform * full
    np.rint(scaled, out=scaled)
    np.clip(scaled, -full, full - 1, out=scaled)
    return scaled.astype(np.int16) if bit_depth == 16 else scaled.astype(np.int32)


def dequantise(samples: Samples, bit_depth: int) -> NDArray[np.float32]:
    """Return integers as floats; exact, since 24 bit fit into a float's mantissa.

    Args:
        samples: (C, T).
        bit_depth: 16 or 24.
    """
    return samples.astype(np.float32) * np.float32(1.0 / (1 << (bit_depth - 1)))


def encode_flac(samples: Samples, sample_rate_hz: int, bit_depth: int) -> bytes:
    """Return the samples as a FLAC file; the same samples give the same bytes.

    Args:
        samples: (C, T), C at most 8.
        sample_rate_hz: up to 655,350.
        bit_depth: 16 or 24.
    """
    buffer = io.BytesIO()
    shifted = samples if bit_depth == 16 else samples << _UNUSED_BITS[bit_depth]
    with soundfile.SoundFile(
        buffer, "w", sample_rate_hz, len(samples), _SUBTYPES[bit_depth], format="FLAC", compression_level=_COMPRESSION
    ) as file:
        file.write(np.ascontiguousarray(shifted.T))
    return buffer.getvalue()


def decode_flac_part(data: bytes, first: int, n_frames: int) -> tuple[NDArray[np.float32], int, int]:
    """Return a stretch of a FLAC file; what lies outside is hardly decoded.

    Args:
        data: the file.
        first: frame at which the stretch begins.
        n_frames: of the stretch.

    Returns:
        (C, n_frames) float32, fewer frames where the file ends before; its rate in Hz; the frames of the whole file.

    Raises:
        Refusal: DECODE_ERROR, where it is no FLAC or damaged there.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            if first:
                file.seek(min(first, file.frames))
            waveform = file.read(n_frames, dtype="float32", always_2d=True)
            rate_hz, n_all = file.samplerate, file.frames
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise Refusal(Reason.DECODE_ERROR, f"FLAC of {len(data):,} bytes: {error}") from error
    return np.ascontiguousarray(waveform.T), rate_hz, n_all


def decode_flac(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Return the sound of a FLAC file.

    Args:
        data: the file.

    Returns:
        (C, T) float32 and the rate in Hz.

    Raises:
        Refusal: DECODE_ERROR, where it is no FLAC or damaged.
    """
    try:
        waveform, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise Refusal(Reason.DECODE_ERROR, f"FLAC of {len(data):,} bytes: {error}") from error
    return np.ascontiguousarray(waveform.T), rate_hz
