"""`mkaudio train`: networks trained on the stream of a dataset."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mkaudio.cli.preset import StreamConfig
    from mkaudio.models.training.batches import Streams

app = typer.Typer(no_args_is_help=True, help="Train networks on a distilled dataset.")


@app.command("vae")
def vae(
    data: Annotated[str, typer.Option("--data", "-d", help="A distilled dataset: its folder, or its address in a store.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the run.  [default: runs/vae-PRESET]")
    ] = None,
    preset: Annotated[str, typer.Option(help="tiny, base, or your own TOML file.")] = "tiny",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Another setting of the preset: SECTION.NAME=VALUE; repeatable.")
    ] = None,
    events: Annotated[
        Path | None, typer.Option(help="An event database: events are composed with the clips, anew in every epoch.")
    ] = None,
    templates: Annotated[str, typer.Option(help="Of the sentences, with --events: natural, paper, or your file.")] = "natural",
    selection: Annotated[str | None, typer.Option(help="Clips of this selection.")] = None,
    val_data: Annotated[
        str | None, typer.Option(help="A dataset to validate on.  [default: val_share of the sources of --data]")
    ] = None,
    max_steps: Annotated[int | None, typer.Option(help="When to end.  [default: the preset's]")] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Sounds of a step over all processes.  [default: the preset's]")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, draws and compositions.  [default: the preset's]")] = None,
    workers: Annotated[int, typer.Option(help="Processes that read sounds for each training process.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the newest checkpoint of --output.")] = False,
    cache: Annotated[Path | None, typer.Option(help="Folder of the stream's catalogs; default as for the models.")] = None,
) -> None:
    """Train the spectrogram autoencoder: log-mels to latents of an eighth of both axes, and back.

    On several GPUs: accelerate launch -m mkaudio.cli train vae …

    Example: mkaudio train vae --data audiosets-prompted --events events --preset tiny
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.preset import read_preset, vae_preset, with_settings

    given = {"max_steps": max_steps, "batch_size": batch_size, "seed": seed}
    named = [f"vae_training.{name}={value}" for name, value in given.items() if value is not None]
    chosen = vae_preset(with_settings(read_preset(preset), [*(settings or ()), *named]), f"--preset {preset}")
