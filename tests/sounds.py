"""Sounds of known content and level: float32 (C, T), full scale is [-1, 1)."""

import numpy as np


def tone(frequency_hz, n_frames, sample_rate_hz, peak=0.5, channels=1):
    """A sine; channel c has the frequency (c + 1) times, so that a swap of channels is heard."""
    time_s = np.arange(n_frames) / sample_rate_hz
    rows = [peak * np.sin(2 * np.pi * frequency_hz * (channel + 1) * time_s) for channel in range(channels)]
    return np.stack(rows).astype(np.float32)


def sweep(from_hz, to_hz, n_frames, sample_rate_hz, peak=0.5):
    """A sine whose frequency rises evenly."""
    time_s = np.arange(n_frames) / sample_rate_hz
    slope = (to_hz - from_hz) / (n_frames / sample_rate_hz)
    return (peak * np.sin(2 * np.pi * (from_hz * time_s + slope * time_s**2 / 2))).astype(np.float32)[None]


def click(at_frame, n_frames, peak=0.5):
    """One frame that is not zero."""
    waveform = np.zeros((1, n_frames), np.float32)
    waveform[0, at_frame] = peak
    return waveform


def noise(n_frames, rms=0.1, channels=1, seed=0):
    """White noise of a level, the same for the same seed; clipped to full scale."""
    drawn = np.random.default_rng(seed).standard_normal((channels, n_frames)) * rms
    return drawn.clip(-1, 1 - 2**-23).astype(np.float32)


def strongest_hz(waveform, sample_rate_hz):
    """The frequency of the highest bin of a (T,) waveform's spectrum, windowed."""
    spectrum = np.abs(np.fft.rfft(waveform * np.hanning(len(waveform))))
    return float(spectrum.argmax() * sample_rate_hz / len(waveform))
