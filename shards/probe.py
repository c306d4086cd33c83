"""Is this really sound, whole and sane: by the header and by what it promises, without decoding it all."""

import io
import os
import struct
from dataclasses import replace
from fractions import Fraction
from typing import Any, BinaryIO

import soundfile

from mkaudio.shards.audio_codec import MAX_RATE_HZ
from mkaudio.shards.audio_info import AudioInfo
from mkaudio.shards.containers import check_whole, sniff
from mkaudio.shards.mp3_frames import count_mp3
from mkaudio.shards.probe_ogg import check_ogg_pages, ends_at
from mkaudio.shards.reasons import Reason, Refusal

MIN_RATE_HZ = 2_000
"""Telephone sound has 8,000 Hz; below 2,000 nothing is left of a sound, and headers with 1 Hz exist in the wild (FACTS.md)."""

_MAX_ODD_RATE_HZ = 65_535
"""Source: FLAC format, frame header: 16 bits hold a rate in Hz or in tens of Hz. libsndfile writes no other (measured)."""
_HEAD_BYTES = 16
_MICROSECONDS = 1_000_000
_LEAST_BYTES_A_SECOND = 12
"""Silence in Opus with DTX has about 50 bytes a second; a header that promises so much sound in so few bytes is damaged."""
_BY_PYAV = frozenset({"MP4", "MATROSKA", "AVI", "ADTS", "ASF"})
_DEEP_SUBTYPES = ("PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAC_20", "ALAC_24", "ALAC_32")
_UNKNOWN_FRAMES = 1 << 62
"""libsndfile states SF_COUNT_MAX where the header does not say the length; it then fails at the end of a FLAC."""


def probe(handle: BinaryIO) -> AudioInfo:
    """Look at a sound file.

    Args:
        handle: open for reading in binary, seekable; its position is moved.

    Returns:
        What the header says.

    Raises:
        Refusal: EMPTY_FILE, NOT_AUDIO, TRUNCATED, NO_FRAMES, BAD_RATE, or DECODE_ERROR, where an Ogg page is damaged.
    """
    if handle.seek(0, os.SEEK_END) == 0:
        raise Refusal(Reason.EMPTY_FILE, "the file has 0 bytes")
    handle.seek(0)
    container = sniff(handle.read(_HEAD_BYTES))
    try:
        check_whole(container, handle)
    except (struct.error, IndexError) as error:
        raise Refusal(Reason.TRUNCATED, f"{container}: the file ends inside its header") from error
    counted = count_mp3(handle) if container == "MP3" else None
    info = _by_pyav(container, handle) if container in _BY_PYAV else _by_soundfile(container, handle)
    if info.n_frames == 0 and container == "WAV":  # libsndfile takes a streamed size of 0 at its word
        info = _by_pyav(container, handle)
    info = replace(info, n_frames=counted) if counted else info
    size = handle.seek(0, os.SEEK_END)
    if info.decoder == "pyav" and info.n_frames / max(1, info.sample_rate_hz) > size / _LEAST_BYTES_A_SECOND:
        raise Refusal(Reason.NOT_AUDIO, f"its header states {info.n_frames:,} frames in {size:,} bytes: it is damaged")
    if info.n_frames <= 0:
        raise Refusal(Reason.NO_FRAMES, "its header states no sound")
    if not can_be_stored(info.sample_rate_hz):
        raise Refusal(
            Reason.BAD_RATE,
            f"its header states {info.sample_rate_hz:,} Hz; {MIN_RATE_HZ:,} to {MAX_RATE_HZ:,} can be used, "
            f"above {_MAX_ODD_RATE_HZ:,} in steps of 10",
        )
    return info


def can_be_stored(rate_hz: int) -> bool:
    """Say whether FLAC, as libsndfile writes it, takes a rate.

    Args:
        rate_hz: of the sound.
    """
    return MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ and (rate_hz <= _MAX_ODD_RATE_HZ or rate_hz % 10 == 0)


def for_soundfile(handle: BinaryIO | io.FileIO) -> BinaryIO | int:
    """Return what libsndfile opens: the descriptor of an unbuffered file, which is several times as fast as callbacks.

    A buffered file keeps its place to itself, so its descriptor may point anywhere.

    Args:
        handle: an open file; rewound.
    """
    handle.seek(0)
    return handle.fileno() if isinstance(handle, io.FileIO) else handle


def _by_soundfile(container: str, handle: BinaryIO) -> AudioInfo:
    """Describe what libsndfile opens.

    It goes on to read all but MP3, which it spoils in blocks, Ogg that it shortens, and FLAC of open length.

    soundfile seeks behind every block, and libsndfile loses the MP3 decoder's memory there: of 45 real MP3s, 18 came out
    wrong by up to full scale (measured against FFmpeg and against one read of the whole).

    Raises:
        Refusal: NOT_AUDIO, TRUNCATED, or DECODE_ERROR, where a page of an Ogg file is damaged.
    """
    try:
        with soundfile.SoundFile(for_soundfile(handle), closefd=False) as file:
            if container == "FLAC" and file.frames >= _UNKNOWN_FRAMES:
                return _by_pyav(container, handle)
            n_frames = _flac_frames(file) if container == "FLAC" else file.frames
            if file.subtype == "VORBIS" and not ends_at(handle, file.frames):
                check_ogg_pages(handle)
                return _by_pyav(container, handle)
            depth = 24 if file.subtype in _DEEP_SUBTYPES else 16
            named = "OPUS" if file.subtype == "OPUS" else container or file.format
            decoder = "pyav" if container == "MP3" else "soundfile"
            return AudioInfo(named, decoder, file.samplerate, file.channels, n_frames, depth)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        if container in {"MP3", "OGG"}:
            return _by_pyav(container, handle)
        raise Refusal(Reason.NOT_AUDIO, _first_bytes(handle, str(error))) from error


def _flac_frames(file: soundfile.SoundFile) -> int:
    """Return the frames of a FLAC whose last frame decodes.

    Raises:
        Refusal: TRUNCATED.
    """
    if file.frames == 0:
        return 0
    try:
        file.seek(file.frames - 1)
        found = len(file.read(2, dtype="int32"))
    except (soundfile.LibsndfileError, RuntimeError):
        found = 0
    if found != 1:
        raise Refusal(Reason.TRUNCATED, f"its header states {file.frames:,} frames, the last one is not there")
    return int(file.frames)


def _by_pyav(container: str, handle: BinaryIO) -> AudioInfo:
    import av
    import av.error

    handle.seek(0)
    try:
        with av.open(handle, "r", metadata_errors="ignore") as opened:
            if not opened.streams.audio:
                raise Refusal(Reason.NOT_AUDIO, f"{opened.format.long_name}: it has no sound in it")
            stream = opened.streams.audio[0]
            if stream.codec_context is None or stream.codec_context.format is None:
                raise Refusal(
                    Reason.NOT_AUDIO, f"{opened.format.long_name}: its sound has an unknown codec, or is damaged"
                )
            rate_hz = stream.codec_context.sample_rate
            deep = stream.codec_context.codec.lossless and stream.codec_context.format.bytes > 2
            n_frames = _stated_frames(stream, rate_hz) if container == "MP4" else 0
            if not n_frames:
                n_frames = _demuxed_frames(opened, stream, rate_hz)
            stated = (opened.duration or 0) * rate_hz // _MICROSECONDS if container == "MATROSKA" else 0
            if stated > n_frames + rate_hz:
                raise Refusal(Reason.TRUNCATED, f"its header states {stated:,} frames, its packets end at {n_frames:,}")
            return AudioInfo(container, "pyav", rate_hz, stream.codec_context.channels, n_frames, 24 if deep else 16)
    except (av.error.FFmpegError, ValueError, EOFError) as error:
        raise Refusal(Reason.NOT_AUDIO, _first_bytes(handle, str(error))) from error


def _stated_frames(stream: Any, rate_hz: int) -> int:
    return int(stream.duration * stream.time_base * rate_hz) if stream.duration and stream.time_base else 0


def _demuxed_frames(opened: Any, stream: Any, rate_hz: int) -> int:
    """Return the length that the packets span; they are read, not decoded."""
    first = last = None
    for packet in opened.demux(stream):
        if packet.size and packet.pts is not None:
            first = packet.pts if first is None else min(first, packet.pts)
            last = (
                packet.pts + (packet.duration or 0) if last is None else max(last, packet.pts + (packet.duration or 0))
            )
    if first is None or last is None:
        return 0
    base: Fraction = stream.time_base
    return int((last - max(first, 0)) * base * rate_hz)


def _first_bytes(handle: BinaryIO, error: str) -> str:
    handle.seek(0)
    head = handle.read(8)
    return f"it begins with {head!r}, which is no sound file that can be read ({error.strip() or 'unknown format'})"
