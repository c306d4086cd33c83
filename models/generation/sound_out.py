"""A sound as a WAV or FLAC file that says in its tags what it was made of. T samples."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from mkaudio import __version__

FORMATS = {".wav": "WAV", ".flac": "FLAC"}
"""By the ending of the file's name."""
_LONGEST_TAG_BYTES = 2000
"""libsndfile reads no tag at all of a WAV file in which one is longer than 2,046 bytes (measured with 1.2.2)."""


def write_sound(
    path: Path, sound: NDArray[np.float32], sample_rate_hz: int, prompt: str, facts: Mapping[str, str | int | float]
) -> None:
    """Write a sound as 16 bits, as a whole or not at all; one that is too loud is made quieter as a whole, not clipped.

    Args:
        path: the file, whose ending decides its format; one that is there is replaced.
        sound: (T,), full scale is 1.
        sample_rate_hz: of the sound.
        prompt: becomes the title; cut where it is longer than a tag may be.
        facts: seed and settings; the comment, as JSON.

    Raises:
        ValueError: the ending is of no format that is written, or the facts are longer than a tag may be.
    """
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise ValueError(f"{path}: the ending {path.suffix!r}; written are {' and '.join(FORMATS)}")
    comment = json.dumps(dict(facts), ensure_ascii=False)
    if len(comment.encode()) > _LONGEST_TAG_BYTES:
        raise ValueError(f"{path}: facts of {len(comment.encode())} bytes; a tag holds {_LONGEST_TAG_BYTES}")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with soundfile.SoundFile(unfinished, "w", sample_rate_hz, 1, "PCM_16", format=kind) as file:
            file.title, file.comment, file.software = title_of(prompt), comment, f"mkaudio {__version__}"
            file.write(within_full_scale(sound))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def within_full_scale(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a sound as it is, or, where it is too loud, quieter as a whole.

    Args:
        sound: (T,), full scale is 1.
    """
    peak = np.abs(sound).max(initial=np.float32(0.0))
    return sound / peak if peak > 1 else sound


def title_of(prompt: str) -> str:
    """Return a prompt as a tag holds it.

    Args:
        prompt: any text.

    >>> title_of("a dog\\nbarks")
    'a dog barks'
    """
    line = " ".join(prompt.split())
    if len(line.encode()) <= _LONGEST_TAG_BYTES:
        return line
    return line.encode()[: _LONGEST_TAG_BYTES - len("…".encode())].decode(errors="ignore") + "…"
