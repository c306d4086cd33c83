"""`mkaudio train`: networks trained on the stream of a dataset."""

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Train networks on a distilled dataset.")
_VAE = "train vae"


@app.command("vae")
def vae(
    data: Annotated[
        str | None, typer.Option("--data", "-d", help="A distilled dataset: its folder, or its address in a store.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the run.  [default: runs/vae-PRESET]")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="tiny, base, or your own TOML file.  [default: tiny]")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Another setting of the preset, SECTION.NAME=VALUE; repeatable.")
    ] = None,
    events: Annotated[
        str | None, typer.Option(help="An event database: events are composed with the clips, anew in every epoch.")
    ] = None,
    templates: Annotated[str | None, typer.Option(help="Of the sentences of --events.  [default: natural]")] = None,
    selection: Annotated[str | None, typer.Option(help="Clips of this selection.")] = None,
    val_data: Annotated[
        str | None, typer.Option(help="A dataset to validate on.  [default: stream.val_share of the sources of --data]")
    ] = None,
    max_steps: Annotated[int | None, typer.Option(help="When to end.  [default: the preset's]")] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Sounds of a step over all processes.  [default: the preset's]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of weights, draws and compositions.  [default: the preset's]")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that read sounds, for each process that trains.")] = 1,
    cpu: Annotated[bool, typer.Option("--cpu", help="Train on the processor, even where there is a GPU.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the newest checkpoint of --output.")] = False,
    cache: Annotated[
        Path | None, typer.Option(help="Folder of the stream's catalogs; default as for the models.")
    ] = None,
) -> None:
    """Train the spectrogram autoencoder: log-mels to latents of an eighth of both axes, and back.

    On several GPUs: accelerate launch -m mkaudio train vae --data OUT --preset base

    Example: mkaudio train vae --data audiosets-prompted --events events --preset tiny
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.preset import read_preset, vae_preset, with_settings
    from mkaudio.cli.training_run import Heard, as_begun, run_training
    from mkaudio.cli.training_streams import streams_of
    from mkaudio.shards import DATASET_FILE, open_storage, read_dataset_info

    run = output or Path("runs") / f"vae-{Path(preset or 'tiny').stem}"
    heard = Heard(data, events, templates, selection, val_data)
    if resume:
        before, sections = as_begun(run, _VAE)
        heard = heard.or_else(before)
    if preset or not resume:
        sections = read_preset(preset or "tiny")
    given = {"max_steps": max_steps, "batch_size": batch_size, "seed": seed}
    named = [f"vae_training.{name}={value}" for name, value in given.items() if value is not None]
    sections = with_settings(sections, [*(settings or ()), *named])
    where = f"{run}, as it was begun" if resume and not preset else f"--preset {preset or 'tiny'}"
    chosen = vae_preset(sections, where)
    if heard.data is None:
        raise ValueError("--data is missing: give a distilled dataset (mkaudio distill makes one)")
    if heard.templates and not heard.events:
        raise ValueError(
            f"--templates {heard.templates}: its sentences are of clips with events; give --events as well"
        )
    if (run / DATASET_FILE).exists():
        raise ValueError(f"--output {run}: holds a dataset; take another folder for the run")
    read_dataset_info(open_storage(heard.data))  # a wrong folder is named before torch is loaded
    if cpu:
        os.environ["ACCELERATE_USE_CPU"] = "true"
    from mkaudio.models.vae.task import VaeTask

    task = VaeTask(chosen.mel, chosen.vae, chosen.vae_loss, chosen.vae_training.seed)
    open_streams = streams_of(heard, chosen.stream, chosen.vae_training, chosen.mel.sample_rate_hz, workers, cache)
    then = [
        f"look at it:  ls {run}/shown; tensorboard --logdir {run}/log",
        f"listen:      mkaudio reconstruct SOUND --checkpoint {run}",
    ]
    run_training(_VAE, task, chosen.vae_training, open_streams, run, resume, heard, sections, then)
