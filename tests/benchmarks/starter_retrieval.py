"""Do sounds and their labels find each other in the starter space, and does a head help? On the val packages.

    python tests/benchmarks/starter_retrieval.py SOUNDS [--kept FOLDER]

SOUNDS holds labels.csv (path, set, split, label). Retrieval among the val sounds and their distinct labels: recall at 1, 5
and 10, sound to text and text to sound, without a head and with heads over YAMNet's embedding, the second ear's (aiSFX),
and both. Settings are chosen on the train packages, each judged by heads of all others. A head of all training sounds, then
three of bootstrap resamplings of them (seeds 0, 1, 2). Gains have 95 % intervals by paired bootstrap over queries.
What is heard is kept in FOLDER (default runs/starter-retrieval): the first run takes minutes, later ones seconds.
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from mkaudio.models.sound_file import read_mono
from mkaudio.models.starter.aisfx import AisfxEar
from mkaudio.models.starter.fetch import fetch_second_ear, fetch_starter
from mkaudio.models.starter.fingerprints import second_ear_fingerprint
from mkaudio.models.starter.head_training import choose, fit, ranks_with
from mkaudio.models.starter.labelled import hear, kept_name
from mkaudio.models.starter.retrieval import CUTS, gain_at, recall_at
from mkaudio.models.starter.scorer import StarterScorer
from mkaudio.models.starter.train_head import bridge_by_package, lesson_of
from mkaudio.models.starter.yamnet import YamnetEar
from mkaudio.prompts import load_phrases

SEEDS = (0, 1, 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sounds", type=Path)
    parser.add_argument("--kept", type=Path, default=Path("runs/starter-retrieval"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    pack = fetch_starter()
    ear = YamnetEar(pack, untrusted=frozenset(phrase.name for phrase in load_phrases().values() if phrase.blind))
    scorer = StarterScorer(ear, pack)
    heard = hear(arguments.sounds, ear, scorer, arguments.kept, shown)
    aisfx = second_ear(arguments.sounds, heard.sounds, arguments.kept)
    print_without(lesson_of(heard, scorer, "train"), lesson_of(heard, scorer, "val"))
    for name, features in (
        ("yamnet", heard.yamnet),
        ("aisfx", aisfx),
        ("both", np.concatenate([heard.yamnet, aisfx], axis=1)),
    ):
        train, val = (lesson_of(heard, scorer, split, features) for split in ("train", "val"))
        begun = time.process_time()
        choice, held_out = choose(train)
        print(f"\n{name}: {choice}; mean ln(1 + rank) over train packages left out {held_out[choice]:.3f}; "
              f"chosen in {time.process_time() - begun:.0f} s of CPU time")  # fmt: skip
        before = ranks_of(val, train, choice, 0.0)
        print_gain(f"{name}, all sounds", before, ranks_of(val, train, choice, choice.strength))
        for seed in SEEDS:
            after = ranks_of(val, train.resampled(seed), choice, choice.strength)
            print_gain(f"{name}, seed {seed}", before, after)


def shown(done, total):
    if done % 200 == 0 or done == total:
        print(f"heard {done} of {total}", flush=True)


def second_ear(folder, sounds, kept):
    pack = fetch_second_ear()
    path = kept / f"aisfx-{kept_name(folder, sounds, second_ear_fingerprint(pack))}.npy"
    if not path.exists():
        ear, rows, cpu_s = AisfxEar(pack), [], 0.0
        for number, sound in enumerate(sounds):
            waveform = read_mono(folder / sound.path, ear.sample_rate_hz, 10)
            begun = time.process_time()
            rows.append(ear.embed([waveform])[0])
            cpu_s += time.process_time() - begun
            shown(number + 1, len(sounds))
        print(f"the second ear: {1000 * cpu_s / len(sounds):.0f} ms of CPU time a sound")
        np.save(path, np.stack(rows))
    return np.load(path)


def ranks_of(val, train, choice, strength):
    return ranks_with(val, *fit(train, choice.alpha, choice.label_share), strength)


def print_without(train, val):
    nothing = np.zeros((val.features.shape[1], val.bridge.shape[1]), np.float32)
    without = ranks_with(val, nothing, nothing[0], 0.0)
    print(f"{len(train.right)} sounds of train, {len(val.right)} of val with {len(val.texts)} labels")
    print(
        f"without a head: mean ln(1 + rank) over train packages {bridge_by_package(train):.3f}, val {without.mean_log:.3f}"
    )
    for way, of_one in (("sound to text", without.of_sounds), ("text to sound", without.of_texts)):
        print(f"  {way}: " + ", ".join(f"R@{cut} {recall_at(cut, of_one):.3f}" for cut in CUTS))


def print_gain(name, before, after):
    print(f"{name}: val mean ln(1 + rank) {before.mean_log:.3f} -> {after.mean_log:.3f}")
    for way, old, new in (
        ("sound to text", before.of_sounds, after.of_sounds),
        ("text to sound", before.of_texts, after.of_texts),
    ):
        cells = []
        for cut in CUTS:
            gain, low, high = gain_at(cut, old, new)
            cells.append(f"R@{cut} {recall_at(cut, new):.3f} ({gain:+.3f}, {low:+.3f} to {high:+.3f})")
        print(f"  {way}: " + ", ".join(cells))


if __name__ == "__main__":
    main()
