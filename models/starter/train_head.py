"""From labelled sounds to a head and its card: hear, choose the settings on train, fit, judge on val."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mkaudio.models.starter.fingerprints import ear_fingerprint, reader_fingerprint
from mkaudio.models.starter.head import HeadFacts, StarterHead
from mkaudio.models.starter.head_card import Judged, card
from mkaudio.models.starter.head_training import Choice, Lesson, choose, fit, ranks_with
from mkaudio.models.starter.labelled import HeardSounds, hear
from mkaudio.models.starter.scorer import StarterScorer
from mkaudio.models.starter.yamnet import YamnetEar

HEAD_FILE, CARD_FILE = "head.safetensors", "README.md"


def lesson_of(
    heard: HeardSounds, scorer: StarterScorer, split: str, features: NDArray[np.float32] | None = None
) -> Lesson:
    """Take the sounds of a split.

    Args:
        heard: all sounds.
        scorer: reads the labels.
        split: train or val.
        features: (N, E) instead of YAMNet's embeddings.

    Returns:
        The sounds with their labels.

    Raises:
        ValueError: the split is empty.
    """
    chosen = np.array([number for number, sound in enumerate(heard.sounds) if sound.split == split], np.int64)
    if not len(chosen):
        raise ValueError(f"labels.csv: no readable labelled sound of split {split}: needed are train and val")
    labels, right = np.unique([heard.sounds[number].label for number in chosen], return_inverse=True)
    return Lesson(
        (heard.yamnet if features is None else features)[chosen],
        heard.bridge[chosen],
        scorer.embed_text(labels.tolist()),
        right,
        np.array([heard.sounds[number].package for number in chosen]),
    )


def fit_head(lesson: Lesson, choice: Choice, pack: Path, seed: int | None = None) -> StarterHead:
    """Fit a head.

    Args:
        lesson: the training sounds.
        choice: settings.
        pack: the starter pack, which the head belongs to.
        seed: of a bootstrap over the sounds; None takes all of them, once each.

    Returns:
        The head.
    """
    learnt = lesson if seed is None else lesson.resampled(seed)
    weight, bias = fit(learnt, choice.alpha, choice.label_share)
    facts = HeadFacts(
        ear_fingerprint(pack),
        reader_fingerprint(pack),
        choice.strength,
        choice.alpha,
        choice.label_share,
        dict(sorted(Counter(lesson.packages.tolist()).items())),
        seed,
    )
    return StarterHead(weight, bias, facts)


def train_head(
    folder: Path, pack: Path, ear: YamnetEar, output: Path, report: Callable[[int, int], None]
) -> tuple[StarterHead, str]:
    """Train a head on the sounds of split train, judge it on split val, write both head and card.

    Args:
        folder: of the sounds, with labels.csv.
        pack: the starter pack.
        ear: YAMNet from it.
        output: a folder for head.safetensors, README.md and what was heard.
        report: is told (sounds heard, all of them).

    Returns:
        The head, and the text of its card.
    """
    begun = time.process_time()
    scorer = StarterScorer(ear, pack)
    heard = hear(folder, ear, scorer, output / "heard", report)
    train, val = lesson_of(heard, scorer, "train"), lesson_of(heard, scorer, "val")
    choice, held_out = choose(train)
    head = fit_head(train, choice, pack)
    before = ranks_with(val, head.weight, head.bias, 0.0)
    after = ranks_with(val, head.weight, head.bias, choice.strength)
    without = bridge_by_package(train)
    judged = Judged(before, after, without, held_out[choice], sorted(set(val.packages.tolist())))
    text = card(head.facts, judged, time.process_time() - begun)
    head.save(output / HEAD_FILE)
    (output / CARD_FILE).write_text(text, encoding="utf-8")
    return head, text


def bridge_by_package(lesson: Lesson) -> float:
    """Return the mean over packages of `Ranks.mean_log` without a head: what `choose` is compared with."""
    nothing = np.zeros((lesson.features.shape[1], lesson.bridge.shape[1]), np.float32)
    parts = (lesson.part(np.flatnonzero(lesson.packages == package)) for package in np.unique(lesson.packages))
    return float(np.mean([ranks_with(part, nothing, nothing[0], 0.0).mean_log for part in parts]))
