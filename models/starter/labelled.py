"""Labelled sounds as vectors: what a head is trained on and judged by; heard once, kept under a name of their content.

A folder of sounds holds labels.csv with columns path, set, split, label; whole sets (packages, recordists) are train or val.
N sounds, D = 384 dimensions.
"""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mkaudio.models.sound_file import read_mono
from mkaudio.shards import Refusal

if TYPE_CHECKING:
    from mkaudio.models.starter.scorer import StarterScorer
    from mkaudio.models.starter.yamnet import YamnetEar

WINDOW_S = 10
"""Of a sound its first ten seconds are heard: a clip of the pipeline."""
_COLUMNS = ("path", "set", "split", "label")


@dataclass(frozen=True, slots=True)
class LabelledSound:
    """One row of labels.csv that has a label."""

    path: str
    package: str
    split: str
    label: str


@dataclass(frozen=True)
class HeardSounds:
    """Sounds and what the models made of them.

    Args:
        sounds: N of them, those that can be read.
        bridge: (N, 384) their unit vectors in the starter space.
        yamnet: (N, 1024) mean of YAMNet's embeddings over patches.
    """

    sounds: tuple[LabelledSound, ...]
    bridge: NDArray[np.float32]
    yamnet: NDArray[np.float32]


def read_labels(folder: Path) -> list[LabelledSound]:
    """Read labels.csv; rows without a label are passed over.

    Args:
        folder: of the sounds.

    Returns:
        In the order of the file.

    Raises:
        ValueError: there is no labels.csv, or it lacks a column.
    """
    table = folder / "labels.csv"
    if not table.is_file():
        raise ValueError(f"{table}: not found: a head is trained on a CSV with columns {', '.join(_COLUMNS)}")
    with table.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{table}: no column {missing[0]}; needed are {', '.join(_COLUMNS)}")
        rows = list(reader)
    return [LabelledSound(row["path"], row["set"], row["split"], row["label"]) for row in rows if row["label"]]


def kept_name(folder: Path, sounds: Sequence[LabelledSound], made_by: str) -> str:
    """Name what a model made of sounds: another model, list, or file of another size or time has another name.

    Args:
        folder: of the sounds.
        sounds: that were heard.
        made_by: names the model.

    Returns:
        16 hexadecimal digits.
    """
    states = [(folder / sound.path).stat() for sound in sounds]
    files = [(sound.path, state.st_size, state.st_mtime_ns) for sound, state in zip(sounds, states, strict=True)]
    return hashlib.sha256(json.dumps([made_by, files]).encode()).hexdigest()[:16]


def hear(
    folder: Path, ear: "YamnetEar", scorer: "StarterScorer", kept: Path, report: Callable[[int, int], None]
) -> HeardSounds:
    """Hear all labelled sounds of a folder, or take what was heard from `kept`.

    Args:
        folder: of the sounds.
        ear: hears.
        scorer: the starter space without a head, over the same ear.
        kept: a folder for what was heard.
        report: is told (sounds heard, all of them).

    Returns:
        The sounds that can be read.

    Raises:
        ValueError: there are none.
    """
    sounds = read_labels(folder)
    made_by = f"{scorer.fingerprint()} {sorted(ear.untrusted)}"  # which classes count for nothing is in no fingerprint
    path = kept / f"heard-{kept_name(folder, sounds, made_by)}.npz"
    if path.exists():
        with np.load(path) as found:
            there = [sounds[number] for number in found["numbers"].tolist()]
            return HeardSounds(tuple(there), found["bridge"], found["yamnet"])
    numbers, bridge, yamnet = [], [], []
    for number, sound in enumerate(sounds):
        report(number, len(sounds))
        try:
            waveform = read_mono(folder / sound.path, ear.sample_rate_hz, WINDOW_S)
        except Refusal:  # damaged, or no sound: nothing can be learnt from it
            continue
        numbers.append(number)
        bridge.append(scorer.embed_audio([waveform])[0])
        yamnet.append(ear.listen([waveform])[0].embeddings.mean(axis=0))
    report(len(sounds), len(sounds))
    if not numbers:
        raise ValueError(
            f"{folder}: none of the {len(sounds)} labelled sounds can be read: mkaudio distill would say why"
        )
    heard = HeardSounds(tuple(sounds[number] for number in numbers), np.stack(bridge), np.stack(yamnet))
    kept.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.{path.name}")
    np.savez(temporary, numbers=np.array(numbers), bridge=heard.bridge, yamnet=heard.yamnet)
    temporary.replace(path)
    return heard
