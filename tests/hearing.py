"""Clips as an expert hears them, made by hand. Tests only."""

import numpy as np

from mkaudio.pipeline import HeardClip
from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Event

MIDDLING = 0.1 * np.ones(1600, np.float32)


def heard(events=(), embedding=(1.0, 0.0), duration_s=10.0, waveform=MIDDLING, seed=0):
    """A clip with events (label, start_s, end_s[, confidence]), neither soft nor loud."""
    return HeardClip(
        duration_s=duration_s,
        waveforms={16_000: waveform},
        posteriors=np.zeros((1, 1), np.float32),
        evidence=np.zeros(1, np.float32),
        timeline=Timeline(tuple(Event(*one[:3], *(one[3:] or (0.9,))) for one in events), 0.0, 0.0),
        audio_embedding=np.array(embedding, np.float32),
        seed=seed,
    )
