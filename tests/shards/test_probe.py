"""A whole file passes with the right facts, a file cut anywhere is refused, and content decides, never the name."""

import io
import struct

import av
import numpy as np
import pytest
import soundfile
from sounds import (
    FILE_CHANNELS,
    FILE_FRAMES,
    FILE_RATE_HZ,
    FILES,
    LOSSLESS,
    built,
    by_soundfile,
    noise,
    tone,
    without_xing,
)

from mkaudio.shards import AudioReader, Reason, Refusal, probe
from mkaudio.shards.audio_info import LOSSY_SLACK_FRAMES


def probed(data):
    return probe(io.BytesIO(data))


def refused(data):
    with pytest.raises(Refusal) as caught:
        probed(data)
    assert len(caught.value.message) > 10 and "\n" not in caught.value.message
    return caught.value.reason


@pytest.mark.parametrize("name", FILES)
def test_the_facts_are_right_whatever_the_handle(name, tmp_path):
    container, bits, *_ = FILES[name]
    info = probed(built(name))
    assert (info.container, info.sample_rate_hz, info.channels) == (container, FILE_RATE_HZ, FILE_CHANNELS)
    assert info.bit_depth == (max(bits, 16) if name in LOSSLESS else 16)
    assert abs(info.n_frames - FILE_FRAMES) <= (0 if name in LOSSLESS else LOSSY_SLACK_FRAMES)
    path = tmp_path / "misnamed.txt"
    path.write_bytes(built(name))
    for buffering in (0, -1):
        with path.open("rb", buffering) as handle:
            assert probe(handle) == info and not handle.closed


@pytest.mark.parametrize("format", ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC"])
@pytest.mark.parametrize(("rate_hz", "channels"), [(384_000, 8), (2_000, 1), (655_350, 3)])
def test_the_widest_and_the_narrowest_pass(format, rate_hz, channels):
    info = probed(by_soundfile(noise(500, channels=channels), rate_hz, format, "PCM_24"))
    assert (info.sample_rate_hz, info.channels, info.n_frames, info.bit_depth) == (rate_hz, channels, 500, 24)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused(name):
    n_bytes = len(built(name))
    for kept in (n_bytes // 10, n_bytes // 2, n_bytes * 9 // 10, n_bytes - 5, n_bytes - 1):
        assert refused(built(name)[:kept]) is Reason.TRUNCATED, f"{kept} of {n_bytes} bytes"


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_in_its_header_is_refused(name):
    for kept in (1, 4, 12, 20, 30, 40):
        assert refused(built(name)[:kept]) in {Reason.TRUNCATED, Reason.NOT_AUDIO}, kept


def test_a_cut_between_two_ogg_pages_is_refused():
    data = built("vorbis")
    assert refused(data[: data.rfind(b"OggS")]) is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("name", "header_bytes", "sync"), [("mp3-no-xing", 4, b"\xff\xfb"), ("adts-aac", 7, b"\xff\xf1")]
)
def test_a_cut_inside_a_frame_header_is_refused(name, header_bytes, sync):
    last = built(name).rfind(sync)
    for kept in range(1, header_bytes):
        assert refused(built(name)[: last + kept]) is Reason.TRUNCATED, kept


def test_tags_around_an_mp3_are_no_sound():
    info = probed(built("mp3"))
    tagged = b"ID3\x04\0\0\0\0\x02\0" + bytes(256) + built("mp3") + b"TAG" + bytes(125)
    assert probed(tagged) == info
    assert refused(tagged[: len(tagged) // 2]) is Reason.TRUNCATED


@pytest.mark.parametrize("mode", ["VARIABLE", "CONSTANT"])
def test_mp3_without_a_xing_header_is_counted_by_its_frames(mode):
    """Frames of another bit rate than the first one mislead who multiplies."""
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", 44_100, 1, "MPEG_LAYER_III", format="MP3", bitrate_mode=mode) as file:
        file.write(tone(440, 44_100 * 3, 44_100)[0])
        file.write(noise(44_100 * 3, 0.2)[0])
    data = without_xing(buffer.getvalue())
    assert b"Xing" not in data[:400] and b"Info" not in data[:400]
    info = probed(data)
    assert info.n_frames % 1152 == 0 and abs(info.n_frames - 6 * 44_100) < 3 * 1152
    with AudioReader(io.BytesIO(data), info) as reader:
        assert reader.read(0, info.n_frames).shape[1] == info.n_frames
    assert refused(data[:-30]) is Reason.TRUNCATED
    head = b"ID3\x04\0\0\0\0\x02\0" + bytes(256)
    for tagged in (head + data, data + b"TAG" + bytes(125), data + b"\0", data + bytes(500)):
        assert probed(tagged).n_frames == info.n_frames


def riff(data_bytes, stated, head=b"RIFF", extra=b""):
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16)
    body = b"WAVE" + extra + fmt + b"data" + struct.pack("<I", stated) + data_bytes
    return head + struct.pack("<I", 0xFFFFFFFF) + body


PCM = (tone(440, 4_000, 8_000)[0] * 32_768).astype("<i2").tobytes()


@pytest.mark.parametrize("stated", [0, 0xFFFFFFFF, 0x7FFFF000, 0x7FFFFFFF])
def test_a_streamed_wav_goes_to_the_end_of_the_file(stated):
    info = probed(riff(PCM, stated))
    assert info.n_frames == 4_000
    with AudioReader(io.BytesIO(riff(PCM, stated)), info) as reader:
        assert np.array_equal(reader.read(0, 4_000)[0], np.frombuffer(PCM, "<i2").astype(np.float32) / 32_768)
    assert probed(riff(PCM + b"\x01", stated)).n_frames == 4_000


def test_rf64_by_hand():
    def rf64(stated):
        ds64 = struct.pack("<4sIQQQI", b"ds64", 28, len(PCM) + 80, stated, 4_000, 0)
        return riff(PCM, 0xFFFFFFFF, b"RF64", ds64)

    assert probed(rf64(len(PCM))).n_frames == 4_000
    assert refused(rf64(len(PCM) + 100)) is Reason.TRUNCATED
    assert refused(rf64(1 << 33)) is Reason.TRUNCATED


def test_what_stands_behind_the_sound_is_no_fault():
    for junk in (b"\0", b"LIST\x04\0\0\0abcd", b"xyz", bytes(1_000)):
        assert probed(riff(PCM, len(PCM)) + junk).n_frames == 4_000
    assert probed(built("vorbis") + b"TAG" + bytes(125)).n_frames == FILE_FRAMES


@pytest.mark.parametrize("format", ["WAV", "RF64", "W64", "AIFF", "AU", "CAF"])
def test_no_frames(format):
    assert refused(by_soundfile(np.zeros((1, 0), np.float32), 8_000, format, "PCM_16")) is Reason.NO_FRAMES


def test_no_bytes_no_frames_by_hand_and_bad_rates():
    assert refused(b"") is Reason.EMPTY_FILE
    assert refused(riff(b"", 0)) is refused(riff(b"LIST\x04\0\0\0abcd", 0)) is Reason.NO_FRAMES
    flac = built("flac-16")
    streaminfo = flac[8:21] + bytes([flac[21] & 0xF0]) + bytes(20)
    assert refused(b"fLaC\x80\0\0\x22" + streaminfo) is Reason.NO_FRAMES
    for rate_hz in (1, 1_999, 65_537, 700_000):
        assert refused(by_soundfile(noise(100), rate_hz, "WAV", "PCM_16")) is Reason.BAD_RATE, rate_hz


def test_a_film_without_sound_is_refused():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert refused(buffer.getvalue()) is Reason.NOT_AUDIO


@pytest.mark.parametrize(
    "data",
    [
        b"hello, this is a text\n" * 200,
        b"ID3 is how this text begins\n" * 200,
        "a text in UTF-16".encode("utf-16") * 50,
        b"%PDF-1.7\n" + bytes(500),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"\xff\xfb\x90\x64" + noise(5_000).tobytes(),
        b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500),
        bytes(5_000),
        noise(5_000, seed=3).tobytes(),
        b"\xff",
    ],
)
def test_what_is_no_sound_is_refused_whatever_its_name(data, tmp_path):
    path = tmp_path / "named.wav"
    path.write_bytes(data)
    with path.open("rb", 0) as handle, pytest.raises(Refusal) as caught:
        probe(handle)
    assert caught.value.reason is refused(data) is Reason.NOT_AUDIO
