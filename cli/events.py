"""`mkaudio events`: clips in which one sound stands alone → a database of single events."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from mkaudio.cli.printable import printable

if TYPE_CHECKING:
    from mkaudio.pipeline.events import EventReport

_SHOWN_CLASSES = 15
_MAX_WORKERS = 4
"""More threads wait for Python's lock."""


def events(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Distilled datasets; or labelled sounds: lists with a label column, folders named by label."
        ),
    ],
    output: Annotated[str, typer.Option("--output", "-o", help="Folder of the event database.")],
    rate: Annotated[int, typer.Option(help="Rate of the sounds in Hz: that of the training.")] = 16_000,
    max_per_class: Annotated[int | None, typer.Option(help="Most events of a class; default: all.")] = None,
    balance: Annotated[
        bool, typer.Option("--balance", help="As many of every class: none has more than an even share of all.")
    ] = False,
    min_confidence: Annotated[
        float, typer.Option(help="How sure the ear must be of an event that no label names.")
    ] = 0.7,
    min_s: Annotated[float, typer.Option(help="Shortest event.")] = 0.3,
    max_s: Annotated[float, typer.Option(help="What is longer is cut.")] = 10.0,
    classes_only: Annotated[
        bool, typer.Option("--classes-only", help="Leave out labels that are none of the 521 classes, such as spear.")
    ] = False,
    selection: Annotated[str | None, typer.Option(help="Take the clips of a selection only.")] = None,
    seed: Annotated[int, typer.Option(help="For the choice among equals.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; default: the CPUs we may use, up to 4.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write in the place of a database.")] = False,
) -> None:
    """Find the clips that hold one event, trim each to where it sounds, drop copies; no model is run.

    Example: mkaudio events audiosets-prompted --output audiosets-events --max-per-class 100
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.progress import watch
    from mkaudio.pipeline.events import EventSettings, build_events, open_inputs
    from mkaudio.shards import LocalStorage, open_storage

    settings = EventSettings(
        rate, max_per_class, balance, min_confidence, min_s, max_s, seed, selection or "", classes_only
    )
    storage = open_storage(output)
    if not isinstance(storage, LocalStorage):
        raise ValueError(f"--output {output}: a folder on this machine, since workers map its sounds into memory")
    sources = open_inputs(inputs, settings.selection)
    report = build_events(sources, storage, settings, watch, workers or min(_MAX_WORKERS, _usable_cpus()), replace)
    for line in _lines(report, settings.sample_rate_hz):
        print(line)
    print(f"{output}: look at it with mkaudio inspect {output}")


def _lines(report: "EventReport", sample_rate_hz: int) -> list[str]:
    from mkaudio.pipeline.events import LeftOut

    left = sum(report.left_out.values())
    lines = [f"✓ clips {report.looked_at:,} = {len(report.kept):,} events + {left:,} left out"]
    for reason in LeftOut:
        if count := report.left_out[reason]:
            lines.append(f"  {count:>8,}  {reason:<15} {reason.meaning}, e.g. {printable(report.examples[reason])}")
    classes = Counter(event.label for event in report.kept)
    seconds = sum(event.n_frames for event in report.kept) / sample_rate_hz
    named = Counter(event.single.named_by for event in report.kept)
    lines.append(
        f"  {len(classes):,} classes, {seconds:,.0f} s; {named['label']:,} named by a label, {named['ear']:,} by the ear"
    )
    most = [f"{printable(label)} {count:,}" for label, count in classes.most_common(_SHOWN_CLASSES)]
    lines.append(f"  most of {', '.join(most)}")
    licences = Counter(event.clip.licence or "not stated" for event in report.kept)
    lines.append(f"  licences: {', '.join(f'{printable(name)} {count:,}' for name, count in licences.most_common())}")
    return lines


def _usable_cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
