"""Long files are read block by block; windows cover a source exactly and in order."""

import struct
import tracemalloc
from dataclasses import asdict, replace

import numpy as np
import soundfile
from distilling import write_tone

from mkaudio.pipeline import DistillConfig, open_sources
from mkaudio.pipeline.decode import EndOfRow, Left, Window, decode_rows
from mkaudio.pipeline.index import listed
from mkaudio.shards import decode_flac, dequantise, probe


def row_of(source, config):
    (row,) = listed([source])
    with source.open(row.as_input()) as handle:
        row = replace(row, **asdict(probe(handle)))
    return replace(row, shard=0, first_key=0, n_windows=config.n_windows(row.n_frames, row.sample_rate_hz))


def decoded(path, config, rates_hz=(16_000,), **changed):
    (source,) = open_sources([path])
    row = replace(row_of(source, config), **changed)
    return decode_rows([row], {source.root_name: source}, config, rates_hz, {})


def test_windows_joined_are_the_source(tmp_path):
    path = write_tone(tmp_path / "x.wav", 440.0, 3.7)
    items = list(decoded(path, DistillConfig(window_s=0.5, min_tail_s=0.1)))
    windows = [item for item in items if isinstance(item, Window)]
    assert isinstance(items[-1], EndOfRow) and [window.number for window in windows] == list(range(8))
    source, _ = soundfile.read(path, dtype="float32")
    assert np.array_equal(np.concatenate([dequantise(window.samples, 16)[0] for window in windows]), source)
    assert all(np.array_equal(decode_flac(window.flac)[0], dequantise(window.samples, 16)) for window in windows)
    assert [window.start_s for window in windows] == [0.5 * number for number in range(8)]


def test_a_range_is_the_same_windows_as_in_the_whole(tmp_path):
    path = write_tone(tmp_path / "x.wav", 440.0, 4.0)
    config = DistillConfig(window_s=0.5)
    whole = [item for item in decoded(path, config) if isinstance(item, Window)]
    part = [
        item for item in decoded(path, config, first_window=3, n_windows=2, first_key=3) if isinstance(item, Window)
    ]
    assert [window.flac for window in part] == [window.flac for window in whole[3:5]]
    assert [window.key_number for window in part] == [3, 4]


def test_models_hear_the_stored_sound_at_their_rate(tmp_path):
    path = write_tone(tmp_path / "x.wav", 440.0, 1.0, 44_100)
    (window, _) = decoded(path, DistillConfig(), rates_hz=(16_000, 48_000))
    assert {rate: len(waveform) for rate, waveform in window.heard.items()} == {16_000: 16_000, 48_000: 48_000}
    for rate, waveform in window.heard.items():
        assert np.abs(np.fft.rfft(waveform)).argmax() == 440, rate
    assert abs(window.peak_dbfs + 6.02) < 0.01 and abs(window.rms_dbfs + 9.03) < 0.01


def test_a_long_file_costs_the_memory_of_a_window(tmp_path):
    """A sparse WAV of two hours: 690 MB of zeros that lie on no disk."""
    path, n_bytes = tmp_path / "long.wav", 2 * 3600 * 48_000 * 2
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", n_bytes + 36, b"WAVE", b"fmt ", 16, 1, 1, 48_000, 96_000, 2, 16, b"data", n_bytes
    )
    with path.open("wb") as handle:
        handle.write(header)
        handle.truncate(len(header) + n_bytes)
    tracemalloc.start()
    (left, _) = decoded(path, DistillConfig(), sha256="known")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(left, Left) and left.n_windows == 720 and peak < 30e6
