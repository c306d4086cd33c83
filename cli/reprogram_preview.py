"""Looking at compositions: what a stream comes to in numbers and sentences, and samples as files to hear and see."""

import json
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkaudio.pipeline.stream import Opened

_LOOKED_AT = 2_000
_SHOWN = 12


def print_overview(opened: "Opened", epoch: int) -> None:
    """Print what the first clips of an epoch become: how many events, why fewer than drawn, relations, sentences.

    Args:
        opened: the samples.
        epoch: which.
    """
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.reprogram.tally import Tally
    from mkaudio.pipeline.task import Progress

    tally, n_clips = Tally(), len(opened.samples)
    looked_at = min(n_clips, _LOOKED_AT)
    with watch("compose", looked_at, "clip") as report:
        for index in opened.order.clips(epoch, 0, looked_at).tolist():
            decision = opened.samples.decided(epoch, index)
            tally.add(decision.layout.value, decision.n_drawn, decision.fallback)
            report(Progress(items=1))
    print(f"{n_clips:,} clips an epoch; the first {looked_at:,} of epoch {epoch}:")
    print(*tally.lines(), sep="\n")
    sentences = list(islice(_sentences(opened, epoch), _SHOWN))
    if sentences:
        print("\nsentences (--show N prints more)")
        print(*(f"  {sentence}" for sentence in sentences), sep="\n")
        print("\nhear some with --preview 10; write epochs with --output STATIC --epochs 0:3")
    elif opened.templates:
        print("\nno event is composed with any of them")
    else:
        print("\nno events are composed: give an event database with --events (mkaudio events makes one)")


def print_sentences(opened: "Opened", epoch: int, n_sentences: int) -> None:
    """Print the first sentences of an epoch that have events in them, one a line, as they come in the stream.

    Args:
        opened: the samples.
        epoch: which.
        n_sentences: how many, where the epoch has so many.

    Raises:
        ValueError: the number is below 1, or there are no events.
    """
    if n_sentences < 1:
        raise ValueError(f"--show {n_sentences}: at least 1 sentence")
    if not opened.templates:
        raise ValueError("--show prints composed sentences: give an event database with --events")
    for sentence in islice(_sentences(opened, epoch), n_sentences):
        print(sentence)


def _sentences(opened: "Opened", epoch: int) -> "Iterator[str]":
    for index in opened.order.clips(epoch, 0, len(opened.samples)).tolist():
        decision = opened.samples.decided(epoch, index)
        if decision.events:
            yield decision.text


def write_preview(opened: "Opened", epoch: int, n_samples: int, output: str | None) -> None:
    """Write the first samples of an epoch as WAV, sentence, spectrogram and provenance.

    Args:
        opened: the samples.
        epoch: which.
        n_samples: how many.
        output: folder; None for ./preview.

    Raises:
        ValueError: the number is below 1, or the folder holds something, or is none.
    """
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.reprogram.picture import draw_composition
    from mkaudio.pipeline.reprogram.wav import wav_bytes
    from mkaudio.pipeline.task import Progress

    if n_samples < 1:
        raise ValueError(f"--preview {n_samples}: at least 1 sample")
    if output and "://" in output:
        raise ValueError(f"--output {output}: a preview is to be looked at; name a folder on this machine")
    folder = Path(output or "preview")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = "not empty" if folder.is_dir() else "a file"
        raise ValueError(f"--output {folder}: {what}; name another folder for the preview")
    folder.mkdir(parents=True, exist_ok=True)
    n_samples = min(n_samples, len(opened.samples))
    lines = []
    with watch("preview", n_samples, "sample") as report:
        for number, index in enumerate(opened.order.clips(epoch, 0, n_samples).tolist(), 1):
            composed = opened.samples.made(epoch * len(opened.samples) + index)
            stem = folder / f"{number:04d}"
            stem.with_suffix(".wav").write_bytes(wav_bytes(composed))
            stem.with_suffix(".txt").write_text(composed.composition.prompt + "\n", "utf-8")
            provenance = json.dumps(asdict(composed.composition), ensure_ascii=False, indent=1)
            stem.with_suffix(".json").write_text(provenance + "\n", "utf-8")
            draw_composition(stem.with_suffix(".png"), composed.waveform(), composed.composition)
            lines.append(f"{stem.with_suffix('.wav')}  {composed.composition.prompt}")
            report(Progress(items=1))
    print(*lines, sep="\n")
    print(
        f"{folder}: {n_samples} samples as .wav, .txt, .png and .json; make one again with --rebuild {folder}/0001.json"
    )
