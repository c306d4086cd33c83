"""Is a file whole: what each container promises against the bytes that are there.

libsndfile reads truncated WAV, AIFF, MP3 and Ogg without a word (measured), so the promise is read here. Each check takes an
open binary file and its size, raises `Refusal(TRUNCATED)` or `Refusal(NO_FRAMES)`, and reads headers only.
"""

import os
import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO

from mkaudio.shards.reasons import Reason, Refusal

_UNKNOWN_32 = 0x7FFF_0000
"""A streamed WAV has a size of 0, of all ones, or a little under 2 GiB (SoX: 0x7FFFF000): "to the end of the file"."""
_TAIL_BYTES = 1 << 17
"""More than two Ogg pages, which have at most 65,307 bytes."""
_W64_GUID_BYTES = 16


def sniff(head: bytes) -> str:
    """Name the container by its first bytes; "" where they are unknown.

    Args:
        head: at least the first 16 bytes of the file.
    """
    if head[:4] in {b"RIFF", b"RF64", b"BW64"}:
        return {b"WAVE": "WAV" if head[:4] == b"RIFF" else "RF64", b"AVI ": "AVI"}.get(head[8:12], "")
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return "AIFF"
    if head[:3] == b"ID3" or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2):
        return "MP3"
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "ADTS"
    if head[4:8] == b"ftyp":
        return "MP4"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


_MAGIC = (
    (b"riff\x2e\x91\xcf\x11", "W64"),
    (b"fLaC", "FLAC"),
    (b"OggS", "OGG"),
    (b".snd", "AU"),
    (b"caff", "CAF"),
    (b"\x1a\x45\xdf\xa3", "MATROSKA"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "ASF"),
)


def check_whole(container: str, handle: BinaryIO) -> None:
    """Compare a container's promise with the file's size; containers that carry none pass.

    Args:
        container: as `sniff` named it.
        handle: the open file. A `Refusal` says TRUNCATED, where the header promises more than there is, or NO_FRAMES,
            where it promises nothing.
    """
    check = _CHECKS.get(container)
    if check:
        check(handle, handle.seek(0, os.SEEK_END))


def _promise(what: str, end: int, size: int) -> None:
    if end > size:
        raise Refusal(
            Reason.TRUNCATED, f"{what} ends at byte {end:,}, the file at {size:,}: {end - size:,} are missing"
        )


def _read_at(handle: BinaryIO, position: int, count: int) -> bytes:
    handle.seek(position)
    return handle.read(count)


def _chunks(handle: BinaryIO, position: int, size: int, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield (id, first byte of the body, stated size) of chunks padded to even length."""
    while position + 8 <= size:
        name, length = struct.unpack(f"{order}4sI", _read_at(handle, position, 8))
        yield name, position + 8, length
        position += 8 + length + (length & 1)


def _check_wav(handle: BinaryIO, size: int) -> None:
    long_data = None
    for name, body, length in _chunks(handle, 12, size, "<"):
        if name == b"ds64":
            long_data = struct.unpack("<Q", _read_at(handle, body + 8, 8))[0]
        elif name == b"data":
            _check_wav_data(handle, body, length if long_data is None or length != 0xFFFF_FFFF else long_data, size)
            return
        else:
            _promise(f"chunk {name!r}", body + length, size)
    raise Refusal(Reason.TRUNCATED, f"the file ends at byte {size:,} before its data chunk")


def _check_wav_data(handle: BinaryIO, body: int, length: int, size: int) -> None:
    left = size - body
    if length == 0 and (left < 2 or _is_chunk(_read_at(handle, body, 8), left)):
        raise Refusal(Reason.NO_FRAMES, "its data chunk is empty")
    if (length and length < _UNKNOWN_32) or length > 0xFFFF_FFFF:
        _promise("the data chunk", body + length, size)
    elif left < 1:
        raise Refusal(Reason.NO_FRAMES, "a streamed header with no data behind it")
    elif length not in {0, 0xFFFF_FFFF} and length & 0xFFFF_0000 != _UNKNOWN_32:
        _promise("the data chunk", body + length, size)


def _is_chunk(header: bytes, left: int) -> bool:
    """Say whether bytes behind an empty data chunk are another chunk, and not sound of unknown length."""
    return len(header) == 8 and header[:4].isascii() and struct.unpack("<I", header[4:])[0] + 8 <= left + 1


def _check_w64(handle: BinaryIO, size: int) -> None:
    position = 40
    while position + 24 <= size:
        header = _read_at(handle, position, 24)
        length = struct.unpack("<Q", header[_W64_GUID_BYTES:])[0]
        if header[:4] == b"data":
            if length <= 24:
                raise Refusal(Reason.NO_FRAMES, "its data chunk is empty")
            _promise("the data chunk", position + length, size)
            return
        position += max(24, (length + 7) // 8 * 8)
    raise Refusal(Reason.TRUNCATED, f"the file ends at byte {size:,} before its data chunk")


def _check_aiff(handle: BinaryIO, size: int) -> None:
    for name, body, length in _chunks(handle, 12, size, ">"):
        if name == b"COMM":
            _promise("its header", body + length, size)
            if struct.unpack(">I", _read_at(handle, body + 2, 4))[0] == 0:
                raise Refusal(Reason.NO_FRAMES, "its header states 0 frames")
        if name == b"SSND":
            _promise("the sound chunk", body + length, size)
            return
    raise Refusal(Reason.TRUNCATED, f"the file ends at byte {size:,} before its sound chunk")


def _check_au(handle: BinaryIO, size: int) -> None:
    start, length = struct.unpack(">II", _read_at(handle, 4, 8).ljust(8, b"\0"))
    if length != 0xFFFF_FFFF:
        _promise("the sound", start + length, size)


def _check_caf(handle: BinaryIO, size: int) -> None:
    position = 8
    while position + 12 <= size:
        name, length = struct.unpack(">4sq", _read_at(handle, position, 12))
        if length < 0:
            return
        _promise(f"chunk {name!r}", position + 12 + length, size)
        position += 12 + length


def _check_ogg(handle: BinaryIO, size: int) -> None:
    """The last page must be complete and end its stream. Source: RFC 3533, section 6.

    Raises:
        Refusal: TRUNCATED.
    """
    start = max(0, size - _TAIL_BYTES)
    tail = _read_at(handle, start, size - start)
    position = tail.rfind(b"OggS")
    while position >= 0:
        header = tail[position : position + 27]
        segments = tail[position + 27 : position + 27 + header[26]] if len(header) == 27 else b""
        end = position + 27 + len(segments) + sum(segments)
        if len(header) < 27 or header[4] != 0 or len(segments) < header[26] or end > len(tail):
            if len(header) < 27 or header[4] == 0:
                raise Refusal(Reason.TRUNCATED, f"its last page, at byte {start + position:,}, is cut off at {size:,}")
        elif header[5] & 4:
            return
        else:
            raise Refusal(Reason.TRUNCATED, "its last page does not end the stream: later pages are missing")
        position = tail.rfind(b"OggS", 0, position)
    raise Refusal(Reason.TRUNCATED, "it does not end with an Ogg page")


def _check_mp4(handle: BinaryIO, size: int) -> None:
    position, names = 0, set()
    while position + 8 <= size:
        length, name = struct.unpack(">I4s", _read_at(handle, position, 8))
        if length == 1:
            length = struct.unpack(">Q", _read_at(handle, position + 8, 8).ljust(8, b"\0"))[0]
        elif length == 0:
            length = size - position
        if length < 8:
            break
        names.add(name)
        _promise(f"box {name!r}", position + length, size)
        position += length
    if b"moov" not in names:
        raise Refusal(
            Reason.TRUNCATED, "it has no moov box, the table of its sound: the recording or the copy was cut off"
        )


def _check_matroska(handle: BinaryIO, size: int) -> None:
    """The segment must fit into the file, where its size is known. Source: RFC 8794, sections 4 and 7."""
    position = 0
    while position < size:
        identifier, position = _ebml_number(handle, position, keep_marker=True)
        length, position = _ebml_number(handle, position, keep_marker=False)
        if length < 0:
            return
        _promise("the segment" if identifier == 0x18538067 else "an element", position + length, size)
        position += length


def _ebml_number(handle: BinaryIO, position: int, keep_marker: bool) -> tuple[int, int]:
    """Read a variable-length number; -1 where all its bits are one, which means unknown.

    Raises:
        Refusal: TRUNCATED.
    """
    first = _read_at(handle, position, 1)
    width = 9 - first[0].bit_length() if first and first[0] else 0
    data = _read_at(handle, position, width)
    if not width or len(data) < width:
        raise Refusal(Reason.TRUNCATED, f"its element at byte {position:,} is cut off")
    value = int.from_bytes(data, "big")
    if not keep_marker:
        value &= (1 << 7 * width) - 1
        value = -1 if value == (1 << 7 * width) - 1 else value
    return value, position + width


def _check_avi(handle: BinaryIO, size: int) -> None:
    _promise("the file", 8 + struct.unpack("<I", _read_at(handle, 4, 4))[0], size)


def _check_adts(handle: BinaryIO, size: int) -> None:
    position = 0
    while position + 7 <= size:
        header = _read_at(handle, position, 7)
        if header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
            return
        position += max(7, (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5)
    _promise("the last frame", position + 7 if _read_at(handle, position, 1) == b"\xff" else position, size)


_CHECKS: dict[str, Callable[[BinaryIO, int], None]] = {
    "WAV": _check_wav,
    "RF64": _check_wav,
    "W64": _check_w64,
    "AIFF": _check_aiff,
    "AU": _check_au,
    "CAF": _check_caf,
    "OGG": _check_ogg,
    "MP4": _check_mp4,
    "MATROSKA": _check_matroska,
    "AVI": _check_avi,
    "ADTS": _check_adts,
}
