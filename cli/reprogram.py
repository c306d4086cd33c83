"""`mkaudio reprogram`: events composed with clips and their prompts, listened to, written as a dataset, or made again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mkaudio.pipeline.stream import Opened

_MAX_EPOCHS = 1_000_000
"""Of which the names of compositions have digits for."""


def reprogram(
    dataset: Annotated[
        str | None,
        typer.Argument(metavar="[OUT]", help="A distilled dataset; without one, --templates lists the sets."),
    ] = None,
    templates: Annotated[
        str | None, typer.Option(help="natural (default), paper, or your own TOML file; alone it lists them.")
    ] = None,
    events: Annotated[Path | None, typer.Option(help="An event database, as mkaudio events makes it.")] = None,
    preview: Annotated[
        int | None, typer.Option(help="Write so many samples as WAV, sentence, picture and provenance into --output.")
    ] = None,
    show: Annotated[
        int | None, typer.Option(help="Print so many sentences that have events in them, as they come in the stream.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="Write the epochs as a dataset there; or the folder of the preview."),
    ] = None,
    rebuild: Annotated[
        str | None,
        typer.Option(
            help="Make a sample again from its provenance: KEY of the dataset in --output, or a JSON of a preview."
        ),
    ] = None,
    epochs: Annotated[str, typer.Option(help="Which epochs, as 0:3 for the first three; or one number.")] = "0",
    selection: Annotated[str | None, typer.Option(help="Prompts and clips of this selection.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of every draw.  [default: 0]")] = None,
    n_events: Annotated[
        str | None, typer.Option(help="How often no, one and two events are drawn.  [default: 1,1,1]")
    ] = None,
    rate: Annotated[int | None, typer.Option(help="Rate of the composed sound in Hz.  [default: 16000]")] = None,
    channels: Annotated[str | None, typer.Option(help="mono or stereo.  [default: mono]")] = None,
    window_s: Annotated[
        float | None, typer.Option(help="Longest composition.  [default: the dataset's window]")
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(help="TOML file with any setting: gaps, cross-fades, SNR, lengths (docs/reprogram.md)."),
    ] = None,
    clap: Annotated[str, typer.Option(help="Who scores the written dataset: starter or starter-fast.")] = "starter",
    samples_per_shard: Annotated[int, typer.Option(help="Clips in a written shard.")] = 512,
    limit: Annotated[int | None, typer.Option(help="Write only the first N clips of each epoch.")] = None,
    engine: Annotated[str, typer.Option(help="Where writing runs: ray or local; same bytes.")] = "ray",
    workers: Annotated[int | None, typer.Option(help="Workers of the ray engine.")] = None,
    address: Annotated[str | None, typer.Option(help="Of a running Ray cluster: auto, or HOST:PORT.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Finish an interrupted --output.")] = False,
    cache: Annotated[Path | None, typer.Option(help="Folder of the models; default as for mkaudio fetch.")] = None,
) -> None:
    """Compose events with the clips of a dataset by template; the same seed, epoch and clip give the same sample.

    Example: mkaudio reprogram audiosets-prompted --templates --events events --preview 10
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.reprogram_preview import print_overview, print_sentences, write_preview
    from mkaudio.cli.reprogram_rebuild import rebuild_sample
    from mkaudio.cli.reprogram_static import Where, write_static
    from mkaudio.cli.template_list import print_templates

    wanted = [
        name for name, given in (("--preview", preview), ("--show", show), ("--rebuild", rebuild)) if given is not None
    ]
    if dataset is None:
        if templates is None or wanted or events or output:
            raise ValueError(
                "reprogram needs a dataset (mkaudio reprogram OUT --events EVENTS); --templates alone lists the sets"
            )
        print_templates(templates)
        return
    if len(wanted) > 1:
        raise ValueError(f"{' and '.join(wanted)} are different things: give one of them")
    if (resume or address or workers or limit is not None) and (output is None or wanted):
        raise ValueError("--resume, --limit, --workers and --address are for writing a dataset into --output")
    if show is not None and output is not None:
        raise ValueError("--show prints, and writes nothing: leave --output out")
    options = {
        "seed": seed,
        "sample_rate_hz": rate,
        "channels": _channels(channels),
        "window_s": window_s,
        "weights": _weights(n_events),
    }
    opened = _open(dataset, events, templates or "natural", selection, recipe, options)
    which = _epochs(epochs)
    if rebuild is not None:
        rebuild_sample(opened, rebuild, output)
    elif preview is not None:
        write_preview(opened, which.start, preview, output)
    elif show is not None:
        print_sentences(opened, which.start, show)
    elif output is not None:
        where = Where(clap, samples_per_shard, limit, engine, workers, address, resume, cache)
        write_static(opened, which, output, where)
    else:
        print_overview(opened, which.start)


def _open(
    dataset: str,
    events: Path | None,
    templates: str,
    selection: str | None,
    recipe: Path | None,
    options: dict[str, Any],
) -> "Opened":
    """Open the samples; what is given on the command line goes before what the file says."""
    from mkaudio.pipeline.reprogram.recipe_file import read_recipe
    from mkaudio.pipeline.stream import open_samples
    from mkaudio.prompts import load_templates

    load_templates(templates)  # a mistake in it is told even where there are no events that need it
    settings = read_recipe(recipe) if recipe else {}
    settings |= {name: value for name, value in options.items() if value is not None}
    return open_samples(dataset, events=events, templates=templates, selection=selection, settings=settings)


def _epochs(text: str) -> range:
    first, colon, last = text.partition(":")
    try:
        found = range(int(first), int(last)) if colon else range(int(first), int(first) + 1)
    except ValueError:
        found = range(0)
    if not found or found.start < 0 or found.stop > _MAX_EPOCHS:
        raise ValueError(f"--epochs {text}: write 0:3 for the first three, or one number; below {_MAX_EPOCHS:,}")
    return found


def _weights(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"--n-events {text}: three weights, of no, one and two events, as 1,1,1") from None


def _channels(name: str | None) -> int | None:
    if name not in {None, "mono", "stereo"}:
        raise ValueError(f"--channels {name}: mono or stereo")
    return None if name is None else 1 + (name == "stereo")
