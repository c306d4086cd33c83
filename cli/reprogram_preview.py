"""Looking at compositions: what a stream comes to in numbers and sentences, and samples as files to hear and see."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.pipeline.stream import Opened

_LOOKED_AT = 2_000
_SHOWN = 12


def show(opened: "Opened", epochs: range) -> None:
    """Print what the first clips of an epoch become: how many events, why fewer than drawn, relations, sentences.

    Args:
        opened: the samples.
        epochs: of which the first is looked at.
    """
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.task import Progress

    epoch, n_clips = epochs.start, len(opened.samples)
    looked_at = min(n_clips, _LOOKED_AT)
    drawn, came, relations, fallbacks, sentences = Counter[int](), Counter[int](), Counter[str](), Counter[str](), []
    with watch("compose", looked_at, "clip") as report:
        for index in opened.order.clips(epoch, 0, looked_at).tolist():
            decision = opened.samples.decided(epoch, index)
            drawn[decision.n_drawn] += 1
            came[len(decision.events)] += 1
            relations[decision.layout.value] += 1
            if decision.fallback:
                fallbacks[decision.fallback] += 1
            if decision.events:
                sentences.append(decision.text)
            report(Progress(items=1))
    print(f"clips     {n_clips:,} an epoch; the first {looked_at:,} of epoch {epoch}:")
    for n_events in range(3):
        print(f"          {came[n_events]:>6,} with {n_events} events, {drawn[n_events]:,} drawn")
    for why, count in fallbacks.most_common():
        print(f"          {count:>6,} with fewer than drawn: {why}")
    print("relation")
    print(*(f"  {count:>6,}  {relation}" for relation, count in relations.most_common()), sep="\n")
    if sentences:
        print("\nsentences")
        print(*(f"  {sentence}" for sentence in sentences[:_SHOWN]), sep="\n")
        print("\nhear some with --preview 10; write epochs with --output STATIC --epochs 0:3")
    else:
        print("\nno events are composed: give an event database with --events (mkaudio events makes one)")


def write_preview(opened: "Opened", epochs: range, n_samples: int, output: str | None) -> None:
    """Write the first samples of an epoch as WAV, sentence, spectrogram and provenance.

    Args:
        opened: the samples.
        epochs: of which the first is taken.
        n_samples: how many.
        output: folder; None for ./preview.

    Raises:
        ValueError: the number is below 1, or the folder holds something.
    """
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.reprogram.picture import draw_composition
    from mkaudio.pipeline.reprogram.wav import wav_bytes
    from mkaudio.pipeline.task import Progress

    if n_samples < 1:
        raise ValueError(f"--preview {n_samples}: at least 1 sample")
    folder = Path(output or "preview")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"--output {folder}: not empty; name another folder for the preview")
    folder.mkdir(parents=True, exist_ok=True)
    epoch, n_samples = epochs.start, min(n_samples, len(opened.samples))
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
