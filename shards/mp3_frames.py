"""Is an MP3 whole: its Xing header against the bytes, or else its frames one by one.

Source: ISO 11172-3, 2.4.2.3 (frame header); the Xing/Info header as LAME writes it.
"""

import os
from typing import BinaryIO

from mkaudio.shards.reasons import Reason, Refusal

_KBPS = {
    (3, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BLOCK_BYTES = 1 << 20
_SEARCH_BYTES = 1 << 16
_FRAMES_IN_A_ROW = 3


def count_mp3(handle: BinaryIO) -> int | None:
    """Refuse an MP3 that was cut off, and count its frames of sound where no header states them.

    libsndfile guesses the length from the first bit rate there, and is wrong by half a second and more (measured).

    Args:
        handle: the open file.

    Returns:
        Samples a channel, T, by counting; None where a Xing header states them, or no frame was found.

    Raises:
        Refusal: TRUNCATED, where its Xing header promises more bytes than there are, or its last frame is not whole.
    """
    size = handle.seek(0, os.SEEK_END)
    handle.seek(0)
    start = _first_frame(handle.read(10), handle, size)
    if start is None:
        return None
    handle.seek(start)
    first = handle.read(4096)
    promised = _xing_bytes(first)
    if promised is not None:
        if start + promised > size:
            raise Refusal(
                Reason.TRUNCATED, f"its Xing header promises {promised:,} bytes of sound, there are {size - start:,}"
            )
        return None
    return _walk(handle, start, size)


def frame_bytes(header: bytes) -> int:
    """Return the length of the frame that a header begins; 0 where it is no header.

    Args:
        header: four bytes.

    >>> frame_bytes(bytes.fromhex("fffb9064"))
    417
    """
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate, bitrate, padding = header[2] >> 2 & 3, header[2] >> 4, header[2] >> 1 & 1
    if version == 1 or layer == 4 or rate == 3 or bitrate in {0, 15}:
        return 0
    kbps = _KBPS[3 if version == 3 else 2, layer if version == 3 else min(layer, 2)][bitrate]
    rate_hz = _RATES_HZ[version][rate]
    if layer == 1:
        return (12_000 * kbps // rate_hz + padding) * 4
    return (72_000 if layer == 3 and version != 3 else 144_000) * kbps // rate_hz + padding


def _first_frame(head: bytes, handle: BinaryIO, size: int) -> int | None:
    """Return where the first two frames in a row begin, behind an ID3v2 tag; None where there are none near."""
    start = 0
    if head[:3] == b"ID3":
        start = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9])
    handle.seek(start)
    near = handle.read(_SEARCH_BYTES)
    for offset in range(len(near) - 4):
        if near[offset] == 0xFF and (length := frame_bytes(near[offset : offset + 4])):
            following = near[offset + length : offset + length + 4]
            if frame_bytes(following) or start + offset + length >= size:
                return start + offset
    return None


def _xing_bytes(first: bytes) -> int | None:
    """Return the bytes that a Xing or Info header promises, this frame included; None where it says nothing."""
    for tag in (b"Xing", b"Info"):
        at = first.find(tag, 0, 64)
        if at > 0 and len(first) >= at + 16:
            flags = int.from_bytes(first[at + 4 : at + 8], "big")
            field = at + 8 + (4 if flags & 1 else 0)
            return int.from_bytes(first[field : field + 4], "big") if flags & 2 else None
    return None


def _refuse_frames_behind(handle: BinaryIO, position: int) -> None:
    """Refuse an MP3 that goes on behind bytes that are no frame; tags and zeros at its end hold no three frames in a row.

    Raises:
        Refusal: DECODE_ERROR.
    """
    handle.seek(position)
    rest = handle.read()
    at = rest.find(b"\xff")
    while at >= 0:
        following, count = at, 0
        while count < _FRAMES_IN_A_ROW and (length := frame_bytes(rest[following : following + 4])):
            following, count = following + length, count + 1
        if count == _FRAMES_IN_A_ROW:
            raise Refusal(
                Reason.DECODE_ERROR, f"{at:,} bytes at byte {position:,} are no sound, and behind them it goes on"
            )
        at = rest.find(b"\xff", at + 1)


def _frame_samples(header: bytes) -> int:
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    return {1: 384, 2: 1152}.get(layer, 1152 if version == 3 else 576)


def _walk(handle: BinaryIO, start: int, size: int) -> int:
    """Step from frame to frame; tags, zeros and whatever else behind the last frame are no fault.

    Raises:
        Refusal: TRUNCATED.
    """
    position, block, block_start, samples = start, b"", start, 0
    while position + 4 <= size:
        if not block_start <= position <= block_start + len(block) - 4:
            handle.seek(position)
            block, block_start = handle.read(_BLOCK_BYTES), position
        header = block[position - block_start : position - block_start + 4]
        length = frame_bytes(header)
        if not length:
            _refuse_frames_behind(handle, position)
            return samples
        samples += _frame_samples(header)
        position += length
    if position > size:
        raise Refusal(Reason.TRUNCATED, f"its last frame ends at byte {position:,}, the file at {size:,}")
    handle.seek(position)
    if handle.read(1) == b"\xff":
        raise Refusal(Reason.TRUNCATED, f"its last frame begins at byte {position:,}, the file ends at {size:,}")
    return samples
