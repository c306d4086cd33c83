"""Choose how the bandwidth filter measures: does it tell sound that was telephone once from sound that never was?

    python tests/benchmarks/bandwidth_range.py SOUNDS [--clips 250]

Clips of 44.1 kHz and more under SOUNDS, each as it is and brought down to 8 kHz and up again by three resamplers, 16 bits,
at half the level: a crest that a resampler lifts beyond full scale is cut, and what is cut has high frequencies.
Prints for several slopes and ranges the bandwidth in Hz at some percentiles: the upper ones of what was telephone should
stay near 4,000, the lower ones of what was not far above.
"""

import argparse
import random
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from sounds import on_grid

from mkaudio.pipeline.filters import bandwidth

TELEPHONE_HZ = 8_000
PERCENTILES = (1, 5, 25, 50, 75, 95, 99)


def by_ffmpeg(waveform, rate_hz):
    resampler = av.AudioResampler(format="fltp", layout="mono", rate=rate_hz)
    frame = av.AudioFrame.from_ndarray(waveform[None], format="fltp", layout="mono")
    frame.sample_rate = TELEPHONE_HZ
    return np.concatenate([one.to_ndarray() for one in (*resampler.resample(frame), *resampler.resample(None))], 1)[0]


def by_lines(waveform, rate_hz):
    at = np.arange(int(len(waveform) * rate_hz / TELEPHONE_HZ)) * TELEPHONE_HZ / rate_hz
    return np.interp(at, np.arange(len(waveform)), waveform).astype(np.float32)


RESAMPLERS = {
    "soxr": lambda waveform, rate_hz: soxr.resample(waveform, TELEPHONE_HZ, rate_hz),
    "FFmpeg": by_ffmpeg,
    "linear": by_lines,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--clips", type=int, default=250)
    arguments = parser.parse_args()
    paths = sorted(path for path in arguments.sounds.rglob("*") if path.suffix in (".ogg", ".wav", ".flac"))
    random.Random(0).shuffle(paths)
    versions = {"as it is": [], **{name: [] for name in RESAMPLERS}}
    for path in paths:
        waveform, rate_hz = soundfile.read(path, dtype="float32", always_2d=True, frames=480_000)
        if rate_hz < 44_100 or len(waveform) < rate_hz // 2 or np.abs(waveform).max() < 0.01:
            continue
        versions["as it is"].append((waveform.T, rate_hz))
        telephone = 0.5 * soxr.resample(waveform.mean(axis=1), rate_hz, TELEPHONE_HZ)
        for name, resample in RESAMPLERS.items():
            versions[name].append((on_grid(resample(telephone, rate_hz)[None], 16), rate_hz))
        if len(versions["as it is"]) == arguments.clips:
            break
    print(f"{len(versions['as it is'])} clips; Hz at percentiles {PERCENTILES}")
    for slope in (0.0, 3.0, 6.0):
        for range_db in (40.0, 50.0, 60.0, 70.0, 80.0):
            bandwidth.SLOPE_DB_PER_OCTAVE, bandwidth.RANGE_DB = slope, range_db
            for name, sounds in versions.items():
                found = [bandwidth.bandwidth_hz(*one) for one in sounds]
                print(
                    f"{slope:g} dB/octave, {range_db:g} dB  {name:<9}",
                    np.percentile(found, PERCENTILES).round(-1).tolist(),
                )


if __name__ == "__main__":
    main()
