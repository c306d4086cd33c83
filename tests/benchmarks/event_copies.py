"""Are copies of real events found, and is what is found one? `python tests/benchmarks/event_copies.py DATASET`

Some events of a dataset are made again in six ways, each through the whole of trimming, and compared with the original as
`mkaudio events` compares; then all events are compared with each other, and the pairs found are printed to be looked at.
"""

import io
import sys

import numpy as np
import soundfile
import soxr

from mkaudio.pipeline.events import EventSettings, LeftOut, open_inputs
from mkaudio.pipeline.events.copies import copies
from mkaudio.pipeline.events.fingerprint import fingerprint
from mkaudio.pipeline.events.found import find_event
from mkaudio.pipeline.events.trim import trim

MADE_AGAIN = 250
SHOWN = 60
SETTINGS = EventSettings()
RATE_HZ = SETTINGS.sample_rate_hz


def encoded(waveform, rate_hz, format, subtype):
    buffer = io.BytesIO()
    soundfile.write(
        buffer, soxr.resample(waveform, rate_hz, 44_100).clip(-1, 1), 44_100, format=format, subtype=subtype
    )
    buffer.seek(0)
    return soundfile.read(buffer, dtype="float32")[0], 44_100


def at_rate(waveform, rate_hz, wanted_hz):
    return soxr.resample(waveform, rate_hz, wanted_hz), wanted_hz


def shifted(waveform, rate_hz):
    return np.concatenate((np.zeros(round(0.037 * rate_hz), np.float32), waveform)), rate_hz


WAYS = {
    "9 dB softer": lambda waveform, rate_hz: (waveform * np.float32(0.35), rate_hz),
    "37 ms later": shifted,
    "at 22,050 Hz": lambda waveform, rate_hz: at_rate(waveform, rate_hz, 22_050),
    "at 11,025 Hz": lambda waveform, rate_hz: at_rate(waveform, rate_hz, 11_025),
    "MP3": lambda waveform, rate_hz: encoded(waveform, rate_hz, "MP3", "MPEG_LAYER_III"),
    "Ogg Vorbis": lambda waveform, rate_hz: encoded(waveform, rate_hz, "OGG", "VORBIS"),
}


def is_copy_of(samples, other):
    prints = np.stack([fingerprint(one, RATE_HZ) for one in (samples, other)]).astype(np.float16)
    return bool(copies(prints, [len(samples), len(other)], (0, 1), [samples, other].__getitem__, RATE_HZ)[1])


def remade(found, way):
    sound = found.clip.read()
    waveform, rate_hz = WAYS[way](sound.waveform.mean(axis=0), sound.sample_rate_hz)
    return trim(waveform[None].astype(np.float32), rate_hz, found.single.span_s, True, (False, False), SETTINGS)


def main(dataset):
    (source,) = open_inputs([dataset])
    made = [one for clip in source.clips() if not isinstance(one := find_event(clip, SETTINGS), LeftOut)]
    drawn = np.random.default_rng(1).choice(len(made), min(MADE_AGAIN, len(made)), replace=False)
    for way in WAYS:
        again = [(made[number][1], remade(made[number][0], way)) for number in drawn]
        usable = [(samples, other[1]) for samples, other in again if not isinstance(other, LeftOut)]
        n_found = sum(is_copy_of(*pair) for pair in usable)
        print(f"{way:<14} {n_found:>4} of {len(usable):>4} found, {n_found / len(usable):.3f}")
    prints = np.stack([one[2] for one in made])
    lengths, samples = [one[0].n_frames for one in made], [one[1] for one in made]
    is_copy = copies(prints, lengths, range(len(made)), samples.__getitem__, RATE_HZ)
    print(f"{int(is_copy.sum())} of {len(made)} events are copies of earlier ones:")
    for number in np.flatnonzero(is_copy)[:SHOWN].tolist():
        earlier = next(
            other for other in np.argsort(-(prints[:number] @ prints[number]).astype(np.float32), kind="stable").tolist()
            if is_copy_of(samples[other], samples[number])
        )  # fmt: skip
        print(f"  {made[number][0].clip.source_path[-60:]:>60}  {made[earlier][0].clip.source_path[-60:]}")


if __name__ == "__main__":
    main(sys.argv[1])
