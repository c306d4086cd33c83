"""Measure how strongly YAMNet believes in each class over sounds at large, and what correcting for it is worth.

    python tests/benchmarks/class_background.py SOUNDS [--write]

SOUNDS holds labels.csv (path, set, split, label). Only clips of split "train" are read, each its first ten seconds.
Prints, for several powers of the correction, the share of labelled train clips whose best class shares a word with the
label (a crude judge: only labels with a word that some class has are judged); --write makes models/starter/background.csv
anew.
"""

import argparse
import csv
import re
from pathlib import Path

import numpy as np
import soundfile
import soxr

from mkaudio.models.starter.evidence import FLOOR, pooled
from mkaudio.models.starter.fetch import fetch_starter
from mkaudio.models.starter.yamnet import YamnetEar
from mkaudio.prompts import load_phrases

WINDOW_S = 10
EMPTY = {"sound", "music", "play", "plays", "playing", "loop", "and", "the", "with", "for", "off", "out", "into"}
OUTPUT = Path(__file__).parents[2] / "models" / "starter" / "background.csv"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with (arguments.sounds / "labels.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["split"] == "train"]
    ear = YamnetEar(fetch_starter(), speeds=(1.0,))
    heard = np.stack([
        pooled(ear.listen([first_seconds(arguments.sounds / row["path"])])[0].posteriors) for row in rows
    ])
    background = np.exp(np.log(heard + FLOOR).mean(axis=0))
    show(rows, heard, background, ear.classes)
    if arguments.write:
        lines = [
            ["class", "background"],
            *([name, f"{value:.3g}"] for name, value in zip(ear.classes, background, strict=True)),
        ]
        with OUTPUT.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(lines)
        print(f"wrote {OUTPUT}: {len(rows)} clips")


def first_seconds(path):
    waveform, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono = waveform[: WINDOW_S * rate_hz].mean(axis=1)
    return soxr.resample(mono, rate_hz, YamnetEar.sample_rate_hz) if rate_hz != YamnetEar.sample_rate_hz else mono


def show(rows, heard, background, classes):
    phrases = load_phrases()
    own = [set(words(f"{name} {phrases[name].noun} {' '.join(phrases[name].clauses)}")) for name in classes]
    known = set().union(*own) - EMPTY
    judged = [number for number, row in enumerate(rows) if set(words(row["label"])) & known]
    sayable = np.array([not (phrases[name].general or phrases[name].blind) for name in classes])
    print(f"{len(rows)} train clips, {len(judged)} judged")
    for strength in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0):
        best = (heard[judged] * background**-strength * sayable).argmax(axis=1)
        right = [
            bool(own[number] & known & set(words(rows[judge]["label"])))
            for judge, number in zip(judged, best, strict=True)
        ]
        print(f"power {strength:.1f}: best class right {np.mean(right):.3f}")


def words(text):
    return re.findall("[a-z]{3,}", text.lower())


if __name__ == "__main__":
    main()
