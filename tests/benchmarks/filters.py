"""What the filters cost and what they would leave out.

    python tests/benchmarks/filters.py [SOUNDS]

Milliseconds of one thread for ten seconds of mono sound at 44.1 kHz, beside what a window costs anyway; with SOUNDS also
how many of its sounds, each its first ten seconds, are clipped by more than a share or end below a frequency.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import argparse
import time
from pathlib import Path

import numpy as np
import soundfile
from sounds import noise

from mkaudio.pipeline.filters import Sound, activity_s
from mkaudio.pipeline.filters.bandwidth import BandwidthFilter, bandwidth_hz
from mkaudio.pipeline.filters.clipping import ClippingFilter, clipped_share
from mkaudio.pipeline.filters.duration import DurationFilter
from mkaudio.pipeline.filters.music import MusicFilter
from mkaudio.pipeline.filters.silence import SilenceFilter
from mkaudio.pipeline.filters.speech import SpeechFilter
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Event, encode_flac, quantise

RATE_HZ = 44_100
SHARES = (0.0, 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5)
LIMITS_HZ = (2_000, 3_000, 4_000, 6_000, 8_000)


def cost_ms(work, n=15):
    took_s = []
    for _ in range(n):
        started = time.perf_counter()
        work()
        took_s.append(time.perf_counter() - started)
    return 1_000 * float(np.median(took_s))


def costs():
    quiet, loud = noise(10 * RATE_HZ), noise(10 * RATE_HZ, rms=2.0)
    events = tuple(Event(label, 0.0, 1.0, 0.5) for label in ("Dog", "Bark", "Rain", "Animal", "Speech", "Music"))
    timeline = Timeline(events, 0.2, 0.2)
    sound, cut = Sound(quiet, RATE_HZ, -3.0), Sound(loud, RATE_HZ, 0.0)
    return {
        "silence": lambda: SilenceFilter(-60.0).refuse(sound),
        "duration": lambda: DurationFilter(1.0).refuse(sound),
        "clipping, nothing at full scale": lambda: ClippingFilter(0.5).refuse(sound),
        "clipping, most at full scale": lambda: ClippingFilter(0.5).refuse(cut),
        "bandwidth": lambda: BandwidthFilter(4_000.0).refuse(sound),
        "speech": lambda: SpeechFilter("drop", 0.5).refuse(timeline),
        "music": lambda: MusicFilter("drop", 0.5).refuse(timeline),
        "activity of 6 events": lambda: activity_s(events),
        "for comparison: FLAC": lambda: encode_flac(quantise(quiet, 16), RATE_HZ, 16),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path, nargs="?")
    arguments = parser.parse_args()
    for name, work in costs().items():
        print(f"{cost_ms(work):8.3f} ms  {name}")
    if arguments.sounds is None:
        return
    clipped, wide_hz = [], []
    for path in sorted(arguments.sounds.rglob("*")):
        if path.suffix in (".ogg", ".wav", ".flac", ".mp3"):
            waveform, rate_hz = soundfile.read(path, dtype="float32", always_2d=True, frames=480_000)
            if len(waveform):
                clipped.append(clipped_share(waveform.T))
                wide_hz.append((bandwidth_hz(waveform.T, rate_hz), rate_hz))
    print(f"{len(clipped)} sounds; clipped by more than", {one: int((np.array(clipped) > one).sum()) for one in SHARES})
    for limit_hz in LIMITS_HZ:
        narrow = [rate_hz for found_hz, rate_hz in wide_hz if found_hz < limit_hz]
        more = sum(rate_hz > 2 * limit_hz for rate_hz in narrow)
        print(f"below {limit_hz} Hz: {len(narrow)}, {more} of them at a rate that holds more")


if __name__ == "__main__":
    main()
