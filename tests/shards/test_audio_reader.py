"""What a file holds is what is read: exact where nothing was lost, whole in every codec, in blocks as at once, damage told."""

import io
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from sounds import (
    FILE_FRAMES,
    FILE_HZ,
    FILE_RATE_HZ,
    FILES,
    LOSSLESS,
    built,
    by_soundfile,
    file_waveform,
    strongest_hz,
    tone,
)

from mkaudio.shards import AudioReader, Reason, Refusal, probe
from mkaudio.shards.audio_info import LOSSY_SLACK_FRAMES

SPAN = slice(20_000, 20_000 + FILE_RATE_HZ)
"""One second, so that a bin of its spectrum is 1 Hz wide; clear of what a codec does at the edges."""


def read(handle, block_frames=1 << 20):
    """The sound of a file, read in blocks."""
    info = probe(handle)
    with AudioReader(handle, info) as reader:
        starts = range(0, info.n_frames, block_frames)
        return np.concatenate([reader.read(at, min(block_frames, info.n_frames - at)) for at in starts], axis=1)


def refused(data, block_frames=1 << 20):
    with pytest.raises(Refusal) as caught:
        read(io.BytesIO(data), block_frames)
    assert len(caught.value.message) > 10 and "\n" not in caught.value.message
    return caught.value


@pytest.mark.parametrize("name", LOSSLESS)
def test_what_lost_nothing_comes_back_bit_by_bit(name):
    waveform = read(io.BytesIO(built(name)))
    assert waveform.dtype == np.float32 and np.array_equal(waveform, file_waveform(name))


@pytest.mark.parametrize("name", sorted(FILES.keys() - LOSSLESS.keys()))
def test_a_tone_survives_every_codec(name):
    waveform = read(io.BytesIO(built(name)))
    assert abs(waveform.shape[1] - FILE_FRAMES) <= LOSSY_SLACK_FRAMES
    for number, row in enumerate(waveform[:, SPAN], start=1):
        assert abs(strongest_hz(row, FILE_RATE_HZ) - FILE_HZ * number) <= 1
        assert abs(20 * np.log10(np.sqrt(np.mean(row**2)) / (0.5 / np.sqrt(2)))) < 0.5


@pytest.mark.parametrize("block_frames", [977, 44_100])
@pytest.mark.parametrize("name", FILES)
def test_blocks_joined_are_the_whole_whatever_their_size(name, block_frames):
    """soundfile seeks behind each read, which spoils libsndfile's MP3 and the end of its Opus."""
    assert np.array_equal(read(io.BytesIO(built(name)), block_frames), read(io.BytesIO(built(name))))


@pytest.mark.parametrize("name", FILES)
def test_a_later_start_reads_the_same_sound(name):
    """libsndfile's seek lands beside the frame in Vorbis, most of all near the end."""
    whole, handle = read(io.BytesIO(built(name))), io.BytesIO(built(name))
    with AudioReader(handle, probe(handle)) as reader:
        for start in (31_111, 36_111, 60_000, 99_000):
            assert np.array_equal(reader.read(start, 900), whole[:, start : start + 900])


@pytest.mark.parametrize("name", ["wav-24", "flac-16", "mp3", "vorbis", "opus", "m4a-aac", "webm-opus"])
def test_every_kind_of_handle_reads_the_same(name, tmp_path):
    path = tmp_path / "misnamed.txt"
    path.write_bytes(built(name))
    whole = read(io.BytesIO(built(name)), 10_000)
    for buffering in (0, -1):
        with path.open("rb", buffering) as handle:
            assert np.array_equal(read(handle, 10_000), whole)
            assert not handle.closed


@pytest.mark.parametrize("name", ["m4a-aac", "vorbis"])
def test_spans_of_what_cannot_seek_are_read_in_order(name):
    handle = io.BytesIO(built(name))
    with AudioReader(handle, probe(handle)) as reader:
        reader.read(5_000, 1_000)
        with pytest.raises(ValueError, match="5999 after 6000"):
            reader.read(5_999, 1)


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
@pytest.mark.parametrize(("value", "second"), [(np.nan, 1.25), (-np.inf, 0.5), (np.inf, 0.0)])
def test_not_finite_says_where(value, second, subtype):
    waveform, buffer = tone(440, 16_000, 8_000, channels=2), io.BytesIO()
    waveform[1, int(second * 8_000)] = value
    soundfile.write(buffer, waveform.T, 8_000, format="WAV", subtype=subtype)
    refusal = refused(buffer.getvalue(), 3_000)
    assert refusal.reason is Reason.NOT_FINITE and f"at {second:.3f} s" in refusal.message


def test_floats_beyond_full_scale_are_returned_as_they_are():
    loud, buffer = tone(440, 8_000, 8_000, peak=3.0), io.BytesIO()
    soundfile.write(buffer, loud.T, 8_000, format="WAV", subtype="FLOAT")
    buffer.seek(0)
    assert np.array_equal(read(buffer), loud)


@pytest.mark.parametrize("name", ["flac-16", "flac-24", "vorbis"])
@pytest.mark.parametrize("at", [0.4, 0.5, 0.6, 0.8])
def test_damage_inside_is_refused_and_never_shortens_in_silence(name, at):
    data = bytearray(built(name))
    start = int(len(data) * at)
    data[start : start + 100] = np.random.default_rng(0).bytes(100)
    assert refused(bytes(data), 10_000).reason in {Reason.DECODE_ERROR, Reason.TRUNCATED}


@pytest.mark.parametrize(("name", "slack_frames"), [("mp3", LOSSY_SLACK_FRAMES), ("flac-16", 0), ("wav-16", 0)])
def test_a_file_may_fall_short_by_the_slack_and_no_more(name, slack_frames):
    whole, handle = read(io.BytesIO(built(name))), io.BytesIO(built(name))
    info = probe(handle)
    for more in (slack_frames, slack_frames + 1):
        with AudioReader(handle, replace(info, n_frames=whole.shape[1] + more)) as reader:
            if more == slack_frames:
                assert np.array_equal(reader.read(0, whole.shape[1] + more), whole)
                continue
            with pytest.raises(Refusal, match="decoding ends after") as caught:
                reader.read(0, whole.shape[1] + more)
            assert caught.value.reason is Reason.TRUNCATED


def without_length(flac):
    """A FLAC as written to a pipe: 36 bits of its STREAMINFO, the count of frames, are zero."""
    return flac[:21] + bytes([flac[21] & 0xF0]) + bytes(4) + flac[26:]


@pytest.mark.parametrize("name", ["flac-16", "flac-24"])
def test_a_flac_that_leaves_its_length_open_is_read_to_its_end(name):
    data = without_length(built(name))
    assert probe(io.BytesIO(data)).n_frames == FILE_FRAMES
    assert np.array_equal(read(io.BytesIO(data), 10_000), file_waveform(name))
    assert refused(data[:-20]).reason in {Reason.DECODE_ERROR, Reason.TRUNCATED}


def test_a_chain_of_ogg_streams_is_read_to_its_end():
    links = [by_soundfile(tone(hz, 48_000, 48_000), 48_000, "OGG", "VORBIS") for hz in (500, 1_500)]
    waveform = read(io.BytesIO(b"".join(links)))
    assert abs(waveform.shape[1] - 96_000) <= 1_024
    assert abs(strongest_hz(waveform[0, :40_000], 48_000) - 500) < 2
    assert abs(strongest_hz(waveform[0, -40_000:], 48_000) - 1_500) < 2


def test_a_file_shortened_behind_its_probe_is_refused(tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(built("wav-16"))
    with path.open("r+b", 0) as handle:
        info = probe(handle)
        handle.truncate(len(built("wav-16")) // 2)
        with AudioReader(handle, info) as reader, pytest.raises(Refusal) as caught:
            reader.read(0, info.n_frames)
    assert caught.value.reason is Reason.TRUNCATED
