"""Sounds of known content and level, float32 (C, T), full scale is [-1, 1); and files of every kind that hold one."""

import functools
import io
from fractions import Fraction

import av
import numpy as np
import soundfile


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


def on_grid(waveform, bits):
    """The waveform that an integer file of so many bits holds exactly."""
    full = 2.0 ** (bits - 1)
    return (np.rint(waveform * full).clip(-full, full - 1) / full).astype(np.float32)


def by_soundfile(waveform, rate_hz, format, subtype):
    """A file by libsndfile; integers are handed over as integers, since it scales floats by a step less than full scale."""
    buffer = io.BytesIO()
    if subtype.startswith("PCM"):
        waveform = (waveform.astype(np.float64) * 2**31).astype(np.int32)
    soundfile.write(buffer, waveform.T, rate_hz, format=format, subtype=subtype)
    return buffer.getvalue()


def by_ffmpeg(waveform, rate_hz, format, codec, sample_format="fltp"):
    """A stereo file by FFmpeg, whose encoders each take one sample format."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=format) as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="stereo")
        stream.format = sample_format
        frame = av.AudioFrame.from_ndarray(waveform, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        for converted in av.AudioResampler(format=sample_format, layout="stereo", rate=rate_hz).resample(frame):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return buffer.getvalue()


def without_xing(mp3):
    """An MP3 without its first frame, which states the length."""
    at = max(mp3.find(b"Xing"), mp3.find(b"Info"))
    return mp3[mp3.find(b"\xff\xfb", at) :]


FILE_HZ, FILE_RATE_HZ, FILE_FRAMES, FILE_CHANNELS = 1_000, 48_000, 100_003, 2

LOSSLESS = {
    "wav-u8": ("WAV", 8, by_soundfile, "WAV", "PCM_U8"),
    "wav-16": ("WAV", 16, by_soundfile, "WAV", "PCM_16"),
    "wav-24": ("WAV", 24, by_soundfile, "WAV", "PCM_24"),
    "wav-32": ("WAV", 24, by_soundfile, "WAV", "PCM_32"),
    "wav-float": ("WAV", 24, by_soundfile, "WAV", "FLOAT"),
    "wav-double": ("WAV", 24, by_soundfile, "WAV", "DOUBLE"),
    "wav-extensible": ("WAV", 24, by_soundfile, "WAVEX", "PCM_24"),
    "rf64": ("RF64", 16, by_soundfile, "RF64", "PCM_16"),
    "w64": ("W64", 24, by_soundfile, "W64", "PCM_24"),
    "aiff-16": ("AIFF", 16, by_soundfile, "AIFF", "PCM_16"),
    "aiff-float": ("AIFF", 24, by_soundfile, "AIFF", "FLOAT"),
    "au": ("AU", 24, by_soundfile, "AU", "PCM_24"),
    "caf": ("CAF", 16, by_soundfile, "CAF", "PCM_16"),
    "flac-16": ("FLAC", 16, by_soundfile, "FLAC", "PCM_16"),
    "flac-24": ("FLAC", 24, by_soundfile, "FLAC", "PCM_24"),
    "m4a-alac": ("MP4", 16, by_ffmpeg, "ipod", "alac", "s16p"),
    "mov-pcm": ("MP4", 16, by_ffmpeg, "mov", "pcm_s16le", "s16"),
}
"""Name: (container, bits of its integers, writer, what the writer takes)."""
LOSSY = {
    "mp3": ("MP3", 24, by_soundfile, "MP3", "MPEG_LAYER_III"),
    "mp3-no-xing": ("MP3", 24, lambda *what: without_xing(by_soundfile(*what)), "MP3", "MPEG_LAYER_III"),
    "vorbis": ("OGG", 24, by_soundfile, "OGG", "VORBIS"),
    "opus": ("OPUS", 24, by_soundfile, "OGG", "OPUS"),
    "m4a-aac": ("MP4", 24, by_ffmpeg, "ipod", "aac"),
    "mp4-aac": ("MP4", 24, by_ffmpeg, "mp4", "aac"),
    "webm-opus": ("MATROSKA", 24, by_ffmpeg, "webm", "libopus", "flt"),
    "mkv-aac": ("MATROSKA", 24, by_ffmpeg, "matroska", "aac"),
    "mkv-flac": ("MATROSKA", 16, by_ffmpeg, "matroska", "flac", "s16"),
    "adts-aac": ("ADTS", 24, by_ffmpeg, "adts", "aac"),
    "avi-mp3": ("AVI", 24, by_ffmpeg, "avi", "libmp3lame"),
}
"""Matroska among them, whatever its codec: its clock ticks in milliseconds, so the last frames may go."""
FILES = {**LOSSLESS, **LOSSY}


def file_waveform(name):
    """What a file of `FILES` holds, (C, T): to the last bit where it is lossless."""
    return on_grid(tone(FILE_HZ, FILE_FRAMES, FILE_RATE_HZ, channels=FILE_CHANNELS), FILES[name][1])


@functools.cache
def built(name):
    """The bytes of a file of `FILES`."""
    _, _, write, *what = FILES[name]
    return write(file_waveform(name), FILE_RATE_HZ, *what)
