"""A whole file passes with the right facts and sounds as it did; a file cut anywhere is refused; content decides."""

import io
import struct
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile
from sounds import noise, strongest_hz, tone

from mkaudio.shards import AudioReader, Reason, Refusal, probe

HZ, RATE_HZ, N_FRAMES, CHANNELS = 1_000, 48_000, 100_003, 2
SLACK_FRAMES = 4_096


def by_soundfile(format, subtype, rate_hz=RATE_HZ):
    buffer = io.BytesIO()
    waveform = tone(HZ, N_FRAMES, rate_hz, channels=CHANNELS)
    soundfile.write(buffer, waveform.T, rate_hz, format=format, subtype=subtype)
    return buffer.getvalue()


def by_ffmpeg(format, codec, sample_format="fltp", rate_hz=RATE_HZ):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=format) as container:
        stream = container.add_stream(codec, rate=rate_hz, layout="stereo")
        stream.format = sample_format
        frame = av.AudioFrame.from_ndarray(tone(HZ, N_FRAMES, rate_hz, channels=2), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        for converted in av.AudioResampler(format=sample_format, layout="stereo", rate=rate_hz).resample(frame):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return buffer.getvalue()


LOSSLESS = {
    "wav-u8": (lambda: by_soundfile("WAV", "PCM_U8"), "WAV", 16),
    "wav-16": (lambda: by_soundfile("WAV", "PCM_16"), "WAV", 16),
    "wav-24": (lambda: by_soundfile("WAV", "PCM_24"), "WAV", 24),
    "wav-32": (lambda: by_soundfile("WAV", "PCM_32"), "WAV", 24),
    "wav-float": (lambda: by_soundfile("WAV", "FLOAT"), "WAV", 24),
    "wav-double": (lambda: by_soundfile("WAV", "DOUBLE"), "WAV", 24),
    "wav-extensible": (lambda: by_soundfile("WAVEX", "PCM_24"), "WAV", 24),
    "rf64": (lambda: by_soundfile("RF64", "PCM_16"), "RF64", 16),
    "w64": (lambda: by_soundfile("W64", "PCM_24"), "W64", 24),
    "aiff-16": (lambda: by_soundfile("AIFF", "PCM_16"), "AIFF", 16),
    "aiff-float": (lambda: by_soundfile("AIFF", "FLOAT"), "AIFF", 24),
    "au": (lambda: by_soundfile("AU", "PCM_24"), "AU", 24),
    "caf": (lambda: by_soundfile("CAF", "PCM_16"), "CAF", 16),
    "flac-16": (lambda: by_soundfile("FLAC", "PCM_16"), "FLAC", 16),
    "flac-24": (lambda: by_soundfile("FLAC", "PCM_24"), "FLAC", 24),
}
LOSSY = {
    "mp3": (lambda: by_soundfile("MP3", "MPEG_LAYER_III"), "MP3"),
    "vorbis": (lambda: by_soundfile("OGG", "VORBIS"), "OGG"),
    "opus": (lambda: by_soundfile("OGG", "OPUS"), "OPUS"),
    "m4a-aac": (lambda: by_ffmpeg("ipod", "aac"), "MP4"),
    "m4a-alac": (lambda: by_ffmpeg("ipod", "alac", "s16p"), "MP4"),
    "mov-pcm": (lambda: by_ffmpeg("mov", "pcm_s16le", "s16"), "MP4"),
    "webm-opus": (lambda: by_ffmpeg("webm", "libopus", "flt"), "MATROSKA"),
    "mkv-aac": (lambda: by_ffmpeg("matroska", "aac"), "MATROSKA"),
    "adts-aac": (lambda: by_ffmpeg("adts", "aac"), "ADTS"),
}
FILES = {**LOSSLESS, **LOSSY}
BUILT: dict[str, bytes] = {}


def built(name):
    if name not in BUILT:
        BUILT[name] = FILES[name][0]()
    return BUILT[name]


def decoded(data, block_frames=10_000):
    """The sound of a file, read in blocks."""
    handle = io.BytesIO(data)
    info = probe(handle)
    with AudioReader(handle, info) as reader:
        starts = range(0, info.n_frames, block_frames)
        blocks = [reader.read(start, min(block_frames, info.n_frames - start)) for start in starts]
    return np.concatenate(blocks, axis=1), info


def refused(data):
    with pytest.raises(Refusal) as caught:
        probe(io.BytesIO(data))
    assert len(caught.value.message) > 10 and "\n" not in caught.value.message
    return caught.value.reason


@pytest.mark.parametrize("name", FILES)
def test_facts_and_a_tone_survive(name):
    waveform, info = decoded(built(name))
    assert (info.container, info.sample_rate_hz, info.channels) == (FILES[name][1], RATE_HZ, CHANNELS)
    if name in LOSSLESS:
        assert info.n_frames == waveform.shape[1] == N_FRAMES and info.bit_depth == FILES[name][2]
        step = 2.0**-7 if name == "wav-u8" else 2.0**-15
        assert np.abs(waveform - tone(HZ, N_FRAMES, RATE_HZ, channels=CHANNELS)).max() <= step
    else:
        assert abs(info.n_frames - N_FRAMES) <= SLACK_FRAMES and info.n_frames - waveform.shape[1] <= SLACK_FRAMES
    for number, row in enumerate(waveform[:, 20_000:68_000], start=1):
        assert abs(strongest_hz(row, RATE_HZ) - HZ * number) <= 1
        assert abs(20 * np.log10(np.sqrt(np.mean(row**2)) / (0.5 / np.sqrt(2)))) < 0.5


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused(name):
    data = built(name)
    for kept in (len(data) // 4, len(data) // 2, len(data) * 9 // 10, len(data) - 40, len(data) - 1):
        assert refused(data[:kept]) is Reason.TRUNCATED, f"{kept} of {len(data)} bytes"


@pytest.mark.parametrize("name", sorted(set(FILES) - {"mp3"}))
def test_a_file_cut_in_its_header_is_refused(name):
    for kept in (1, 4, 12, 20, 30):
        assert refused(built(name)[:kept]) in {Reason.TRUNCATED, Reason.NOT_AUDIO}, kept


@pytest.mark.parametrize("name", ["mp3", "vorbis", "opus", "flac-16", "wav-16", "m4a-aac", "webm-opus"])
def test_blocks_joined_are_the_whole_whatever_their_size(name):
    """soundfile seeks behind each read, which spoils libsndfile's MP3."""
    rng = np.random.default_rng(1)
    whole, _ = decoded(built(name), 1 << 20)
    for block_frames in (int(rng.integers(500, 3_000)), 44_100):
        assert np.array_equal(decoded(built(name), block_frames)[0], whole)


@pytest.mark.parametrize("name", ["mp3", "flac-16", "wav-16", "m4a-aac", "webm-opus"])
def test_a_later_start_reads_the_same_sound(name):
    whole, info = decoded(built(name))
    handle = io.BytesIO(built(name))
    with AudioReader(handle, info) as reader:
        assert np.array_equal(reader.read(31_111, 5_000), whole[:, 31_111:36_111])
        assert np.array_equal(reader.read(60_000, 5_000), whole[:, 60_000:65_000])


def test_mp3_without_a_xing_header_is_counted_by_its_frames():
    """Frames of another bit rate than the first one mislead who multiplies."""

    def stripped(bitrate_mode):
        buffer = io.BytesIO()
        with soundfile.SoundFile(
            buffer, "w", 44_100, 1, "MPEG_LAYER_III", format="MP3", bitrate_mode=bitrate_mode
        ) as file:
            file.write(tone(440, 44_100 * 3, 44_100)[0])
            file.write(noise(44_100 * 3, 0.2)[0])
        data = buffer.getvalue()
        at = max(data.find(b"Xing"), data.find(b"Info"))
        start = data.rfind(b"\xff\xfb", 0, at)
        return data[data.find(b"\xff\xfb", at) :] if at > 0 else data[start:]

    for mode in ("VARIABLE", "CONSTANT"):
        data = stripped(mode)
        assert b"Xing" not in data[:400] and b"Info" not in data[:400]
        waveform, info = decoded(data)
        assert info.n_frames % 1152 == 0 and abs(info.n_frames - 6 * 44_100) < 3 * 1152
        assert waveform.shape[1] == info.n_frames
        assert refused(data[:-30]) is Reason.TRUNCATED
        assert decoded(b"ID3\x04\0\0\0\0\x02\0" + bytes(256) + data)[1].n_frames == info.n_frames
        assert decoded(data + b"TAG" + bytes(125))[1].n_frames == info.n_frames


def riff(data_bytes, stated, head=b"RIFF", extra=b""):
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8_000, 16_000, 2, 16)
    return (
        head + struct.pack("<I", 0xFFFFFFFF) + b"WAVE" + extra + fmt + b"data" + struct.pack("<I", stated) + data_bytes
    )


PCM = (tone(440, 4_000, 8_000)[0] * 32_768).astype("<i2").tobytes()


@pytest.mark.parametrize("stated", [0, 0xFFFFFFFF, 0x7FFFF000, 0x7FFFFFFF])
def test_a_streamed_wav_goes_to_the_end_of_the_file(stated):
    waveform, info = decoded(riff(PCM, stated))
    assert info.n_frames == 4_000
    assert np.array_equal(waveform[0], np.frombuffer(PCM, "<i2").astype(np.float32) / 32_768)
    assert decoded(riff(PCM + b"\x01", stated))[1].n_frames == 4_000


def test_rf64_by_hand():
    def rf64(stated):
        ds64 = struct.pack("<4sIQQQI", b"ds64", 28, len(PCM) + 80, stated, 4_000, 0)
        return riff(PCM, 0xFFFFFFFF, b"RF64", ds64)

    assert decoded(rf64(len(PCM)))[1].n_frames == 4_000
    assert refused(rf64(len(PCM) + 100)) is Reason.TRUNCATED
    assert refused(rf64(1 << 33)) is Reason.TRUNCATED


def test_what_stands_behind_the_sound_is_no_fault():
    whole = riff(PCM, len(PCM))
    for junk in (b"\0", b"LIST\x04\0\0\0abcd", b"xyz", bytes(1_000)):
        assert decoded(whole + junk)[1].n_frames == 4_000
    assert decoded(built("vorbis") + b"TAG" + bytes(125))[1].n_frames == N_FRAMES


def test_no_bytes_no_frames_and_bad_rates():
    assert refused(b"") is Reason.EMPTY_FILE
    assert refused(riff(b"", 0)) is Reason.NO_FRAMES
    assert refused(riff(b"LIST\x04\0\0\0abcd", 0)) is Reason.NO_FRAMES
    for rate_hz in (1, 1_999, 65_537, 700_000):
        buffer = io.BytesIO()
        soundfile.write(buffer, np.zeros(100), rate_hz, format="WAV")
        assert refused(buffer.getvalue()) is Reason.BAD_RATE, rate_hz


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
def test_what_is_no_sound_is_refused(data):
    assert refused(data) is Reason.NOT_AUDIO


@pytest.mark.parametrize(("value", "second"), [(np.nan, 1.25), (-np.inf, 0.5), (np.inf, 0.0)])
def test_not_finite_says_where(value, second):
    waveform = tone(440, 16_000, 8_000)
    waveform[0, int(second * 8_000)] = value
    buffer = io.BytesIO()
    soundfile.write(buffer, waveform[0], 8_000, format="WAV", subtype="FLOAT")
    with pytest.raises(Refusal, match=f"{second:.3f} s") as caught:
        decoded(buffer.getvalue(), 3_000)
    assert caught.value.reason is Reason.NOT_FINITE


def test_floats_beyond_full_scale_are_returned_as_they_are():
    buffer = io.BytesIO()
    soundfile.write(buffer, tone(440, 8_000, 8_000, peak=3.0)[0], 8_000, format="WAV", subtype="FLOAT")
    assert np.array_equal(decoded(buffer.getvalue())[0], tone(440, 8_000, 8_000, peak=3.0))


@pytest.mark.parametrize("name", ["flac-16", "vorbis"])
@pytest.mark.parametrize("at", [0.4, 0.5, 0.6, 0.8])
def test_damage_inside_is_refused_and_never_shortens_in_silence(name, at):
    data = bytearray(built(name))
    start = int(len(data) * at)
    data[start : start + 100] = np.random.default_rng(0).bytes(100)
    with pytest.raises(Refusal) as caught:
        decoded(bytes(data))
    assert caught.value.reason in {Reason.DECODE_ERROR, Reason.TRUNCATED}


def test_a_lossy_file_may_fall_short_by_the_slack_and_no_more():
    whole, info = decoded(built("mp3"))
    for more, fine in ((SLACK_FRAMES, True), (SLACK_FRAMES + 1, False)):
        promise = replace(info, n_frames=info.n_frames + more)
        with AudioReader(io.BytesIO(built("mp3")), promise) as reader:
            if fine:
                assert np.array_equal(reader.read(0, promise.n_frames), whole)
            else:
                with pytest.raises(Refusal) as caught:
                    reader.read(0, promise.n_frames)
                assert caught.value.reason is Reason.TRUNCATED


def test_a_chain_of_ogg_streams_is_read_to_its_end():
    links = []
    for frequency_hz in (500, 1_500):
        buffer = io.BytesIO()
        soundfile.write(buffer, tone(frequency_hz, 48_000, 48_000)[0], 48_000, format="OGG", subtype="VORBIS")
        links.append(buffer.getvalue())
    waveform, info = decoded(b"".join(links))
    assert abs(info.n_frames - 96_000) <= 1_024
    assert [strongest_hz(part, 48_000) for part in (waveform[0, :40_000], waveform[0, -40_000:])] == pytest.approx(
        [500, 1_500], abs=2
    )


def test_a_cut_between_two_ogg_pages_is_refused():
    data = built("vorbis")
    assert refused(data[: data.rfind(b"OggS")]) is Reason.TRUNCATED
