"""A stretch of any sound file, as a network hears it. T samples."""

from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from mkaudio.shards import AudioReader, probe


def read_mono(path: Path, rate_hz: int, duration_s: float, start_s: float = 0.0) -> NDArray[np.float32]:
    """Read a stretch of a sound, mixed to mono, at another rate. A damaged sound is a `Refusal`.

    Args:
        path: any sound file that the pipeline reads.
        rate_hz: what it is resampled to.
        duration_s: how much is read; less where the sound ends before.
        start_s: where it begins.

    Returns:
        (T,) float32.

    Raises:
        ValueError: the sound ends before the stretch begins, or nothing is left of so short a stretch.
    """
    with path.open("rb") as handle:
        info = probe(handle)
        handle.seek(0)
        first = round(start_s * info.sample_rate_hz)
        if first >= info.n_frames:
            raise ValueError(
                f"{path}: lasts {info.n_frames / info.sample_rate_hz:.2f} s; nothing is left at {start_s:g} s"
            )
        with AudioReader(handle, info) as reader:
            waveform = reader.read(first, min(info.n_frames - first, round(duration_s * info.sample_rate_hz)))
    mono: NDArray[np.float32] = waveform.mean(axis=0, dtype=np.float32)
    if rate_hz != info.sample_rate_hz:
        mono = soxr.resample(mono, info.sample_rate_hz, rate_hz, quality="HQ")
    if not len(mono):
        raise ValueError(
            f"{path}: {duration_s:g} s from {start_s:g} s on are no sample at {rate_hz} Hz; take a longer stretch"
        )
    return mono
