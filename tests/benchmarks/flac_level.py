"""What FLAC's levels cost and save on real sounds: ms and bytes per ten-second clip, 44.1 kHz, mono, 16 bit.

python tests/benchmarks/flac_level.py SOUNDS
"""

import argparse
import io
import time
from pathlib import Path

import numpy as np
import soundfile

LEVELS, CLIPS, FRAMES, RATE_HZ = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 1.0), 24, 441_000, 44_100


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    clips = []
    for path in sorted(parser.parse_args().sounds.rglob("*.ogg")):
        waveform, rate_hz = soundfile.read(path, dtype="int16", always_2d=True)
        if rate_hz == RATE_HZ and len(waveform) >= FRAMES:
            clips.append(np.ascontiguousarray(waveform[:FRAMES, :1]))
        if len(clips) == CLIPS:
            break
    for level in LEVELS:
        size, started = 0, time.perf_counter()
        for clip in clips:
            buffer = io.BytesIO()
            soundfile.write(buffer, clip, RATE_HZ, format="FLAC", subtype="PCM_16", compression_level=level)
            size += len(buffer.getvalue())
        took_ms = (time.perf_counter() - started) / len(clips) * 1e3
        print(f"level {level:5.3f}  {took_ms:5.2f} ms  {size / len(clips) / 1e3:6.1f} kB")


if __name__ == "__main__":
    main()
