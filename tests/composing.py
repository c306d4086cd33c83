"""Sounds and events of known content for compositions: an event database in memory, and clips with their timelines."""

import functools
from types import SimpleNamespace

import numpy as np

from mkaudio.pipeline.reprogram import Base
from mkaudio.pipeline.reprogram.render import Sound
from mkaudio.shards import Event

RATE_HZ = 16_000
EVENTS = (  # label, noun, clause, plural, lasts, seconds
    ("Bark", "a dog barking", "a dog barks", False, False, 0.9),
    ("Meow", "a cat meowing", "a cat meows", False, False, 2.0),
    ("Car passing by", "a car passing by", "a car passes by", False, True, 4.0),
    ("Rain", "rain falling", "rain falls", False, True, 9.0),
    ("Church bell", "church bells ringing", "church bells ring", True, True, 12.0),
)


@functools.cache
def noise(n_frames, rms, seed):
    drawn = np.random.default_rng(seed).standard_normal(n_frames, np.float32) * rms * 32768
    return drawn.clip(-32768, 32767).astype(np.int16)


class FakeEvents:
    """What `EventStore` offers, in memory: noise bursts of a known level."""

    sample_rate_hz, fingerprint = RATE_HZ, "events-1"

    def __init__(self, events=EVENTS, rms=0.1, seed=0):
        self.rows = events
        self.lengths = [round(row[5] * RATE_HZ) for row in events]
        self.groups = [""] * len(events)
        self.sounds = [noise(int(n), rms, (seed, number)) for number, n in enumerate(self.lengths)]

    def __len__(self):
        return len(self.rows)

    def event(self, number):
        label, noun, clause, plural, lasts, _ = self.rows[number]
        return SimpleNamespace(
            number=number, key=f"{number:010d}", label=label, noun=noun, clauses=(clause,), plural=plural, lasts=lasts,
            licence=f"licence of {label}", attribution="", group="",
        )  # fmt: skip

    def column(self, name):
        places = {"label": 0, "lasts": 4}
        if name in places:
            return [row[places[name]] for row in self.rows]
        return {"group": self.groups, "n_frames": self.lengths}[name]

    def n_frames(self, number):
        return self.lengths[number]

    def samples(self, number):
        return self.sounds[number]


def base(
    duration_s=3.0, prompt="A rooster crows.", heard=None, index=0, rate_hz=RATE_HZ, n_events=1, channels=1, **more
):
    """A clip; `heard` are (label, start_s, end_s), by default the rooster all through."""
    spans = heard if heard is not None else [("Crowing, cock-a-doodle-doo", 0.0, duration_s)]
    return Base(
        index=index, key=f"{index:010d}", prompt=prompt, n_events=n_events, n_frames=round(duration_s * rate_hz),
        sample_rate_hz=rate_hz, channels=channels, bit_depth=16, heard=tuple(Event(*span, 0.9) for span in spans),
        licence="CC0", **more,
    )  # fmt: skip


def sound_of(clip):
    """Noise on the grid of 16 bit, the same for the same clip, louder for some."""
    rms = 0.05 * (1 + clip.index % 3)
    samples = [noise(clip.n_frames, rms, (clip.index, 99, channel)) for channel in range(clip.channels)]
    return np.stack(samples).astype(np.float32) / 32768


def read_of(clip):
    """Any stretch of it, as compose reads it."""
    return lambda first, n_frames: sound_of(clip)[:, first : first + n_frames]


def whole(waveform, rate_hz):
    """A waveform as a sound of which any stretch can be read."""
    return Sound(lambda first, n_frames: waveform[:, first : first + n_frames].copy(), waveform.shape[1], rate_hz)
