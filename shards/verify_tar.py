"""A shard's tar against its manifest, byte by byte: headers, members, padding, end; and every sound decoded.

A tar of ours follows from the manifest's sizes and the members' bytes alone, so nothing else may be in it.
"""

import tarfile
from typing import Any, BinaryIO

import numpy as np

from mkaudio.shards.audio_codec import decode_flac
from mkaudio.shards.naming import MEMBERS
from mkaudio.shards.reasons import Refusal
from mkaudio.shards.verify_problem import Findings
from mkaudio.shards.writer import json_member

_BLOCK = tarfile.BLOCKSIZE
_LEVEL_SLACK_DB = 0.02
"""Levels are rounded to 0.01 dB from integers, and compared with those of floats."""
_LOWEST = 1e-10


def check_tar(tar: BinaryIO, size: int, name: str, rows: list[dict[str, Any]]) -> Findings:
    """Read a tar from beginning to end.

    Args:
        tar: the open file.
        size: of the file in bytes.
        name: of the file, for messages.
        rows: of the manifest.

    Yields:
        What does not agree.
    """
    position = 0
    for row in rows:
        contents = []
        for member in MEMBERS:
            where, length = f"{name} {row['key']}.{member}", row[f"{member}_size"]
            if row[f"{member}_offset"] != position + _BLOCK or not 0 <= length <= size:
                yield where, "is not where the manifest says"
                return
            if tar.read(_BLOCK) != _header(f"{row['key']}.{member}", length):
                yield where, f"is not the member at byte {position:,}, or not as we write it"
                return
            data, padding = tar.read(length), tar.read(-length % _BLOCK)
            if any(padding) or len(data) + len(padding) != length + -length % _BLOCK:
                yield where, "is not followed by zeros to the end of its block"
                return
            contents.append(data)
            position += _BLOCK + len(data) + len(padding)
        yield from ((f"{name} {row['key']}", what) for what in _wrong_sample(row, *contents))
    end = -(-(position + 2 * _BLOCK) // tarfile.RECORDSIZE) * tarfile.RECORDSIZE
    if size != end or any(tar.read()):
        yield name, f"does not end with {end - position:,} zeros behind its {len(rows) * len(MEMBERS)} members"


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o644, 0
    return info.tobuf(tarfile.USTAR_FORMAT)


def _wrong_sample(row: dict[str, Any], flac: bytes, fields: bytes, prompt: bytes) -> list[str]:
    wrong = []
    if prompt != row["prompt"].encode():
        wrong.append("its txt is not the manifest's prompt")
    if fields != json_member(row):
        wrong.append("its json is not the manifest's row")
    return wrong + _wrong_sound(row, flac)


def _wrong_sound(row: dict[str, Any], flac: bytes) -> list[str]:
    """Return what is wrong with a sound: its header before it is decoded, then shape and levels."""
    found, stated = _stream_info(flac), tuple(row[f] for f in ("channels", "n_frames", "sample_rate_hz", "bit_depth"))
    if found != stated:
        return [f"its sound has (channels, frames, Hz, bits) {found}, the manifest states {stated}"]
    try:
        waveform, rate_hz = decode_flac(flac)
    except (Refusal, MemoryError) as error:
        return [f"its sound cannot be decoded: {error}"]
    if (*waveform.shape, rate_hz) != stated[:3]:
        return [f"its sound decodes to {waveform.shape}, its header states {stated[:2]}"]
    peak = float(np.abs(waveform).max(initial=0.0))
    rms = float(np.sqrt(np.mean(np.square(waveform), dtype=np.float64))) if waveform.size else 0.0
    levels = {"peak_dbfs": peak, "rms_dbfs": rms}
    return [
        f"its {field} is {_dbfs(level):.2f}, the manifest states {row[field]:.2f}: it is another sound"
        for field, level in levels.items()
        if abs(_dbfs(level) - row[field]) > _LEVEL_SLACK_DB
    ]


def _dbfs(level: float) -> float:
    return 20 * float(np.log10(max(level, _LOWEST)))


def _stream_info(flac: bytes) -> tuple[int, int, int, int]:
    """Return channels, frames, Hz and bits of a FLAC file. Source: RFC 9639, section 8.2."""
    fields = int.from_bytes(flac[18:26], "big")
    return (fields >> 41 & 7) + 1, fields & (1 << 36) - 1, fields >> 44, (fields >> 36 & 31) + 1
