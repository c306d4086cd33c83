"""What names the starter's models: hashes of their files and versions of our recipes. Loads no weights and no torch."""

import hashlib
from pathlib import Path

from mkaudio.models.starter.fetch import hashes_in
from mkaudio.models.starter.speeds import SPEEDS
from mkaudio.models.starter.wheels import sha256_of

_EAR_VERSION = "2"
"""Raise it when YAMNet's front end (yamnet.py) would hear something else."""
_READER_VERSION = "1"
"""Raise it when MiniLM (minilm.py) would give a text another vector."""
_SCORER_VERSION = "2"
"""Raise it when the space made of both (scorer.py) changes."""
_SECOND_EAR_VERSION = "1"
"""Raise it when aiSFX's front end or its choice of blocks (aisfx.py) changes."""


def ear_fingerprint(folder: Path, speeds: tuple[float, ...] = SPEEDS["starter"]) -> str:
    """Name YAMNet as an ear.

    Args:
        folder: the starter pack.
        speeds: at which it hears.
    """
    hashes = hashes_in(folder)
    return _digest(_EAR_VERSION, hashes["yamnet.safetensors"], hashes["yamnet_classes.csv"], repr(speeds))


def reader_fingerprint(folder: Path) -> str:
    """Name MiniLM as a reader.

    Args:
        folder: the starter pack.
    """
    of_minilm = sorted(digest for name, digest in hashes_in(folder).items() if name.startswith("minilm/"))
    return _digest(_READER_VERSION, *of_minilm)


def text_fingerprint(folder: Path) -> str:
    """Name what makes the vectors of captions: they do not depend on how often a sound is heard.

    Args:
        folder: the starter pack.
    """
    return _digest(_SCORER_VERSION, hashes_in(folder)["yamnet_classes.csv"], reader_fingerprint(folder))


def scorer_fingerprint(folder: Path, speeds: tuple[float, ...] = SPEEDS["starter"], head: Path | None = None) -> str:
    """Name the audio-text space.

    Args:
        folder: the starter pack.
        speeds: at which its ear hears.
        head: file of a trained head, where the space has one.
    """
    of_head = () if head is None else (sha256_of(head),)
    return _digest(_SCORER_VERSION, ear_fingerprint(folder, speeds), reader_fingerprint(folder), *of_head)


def second_ear_fingerprint(folder: Path) -> str:
    """Name aiSFX as an ear.

    Args:
        folder: its pack.
    """
    return _digest(_SECOND_EAR_VERSION, hashes_in(folder, "second-ear.json")["aisfx.safetensors"])


def _digest(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]
