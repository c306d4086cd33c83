"""`mkaudio train vae`: the spectrogram autoencoder."""

from pathlib import Path
from typing import Annotated

import typer

from mkaudio.cli import training_options as options

_COMMAND = "train vae"


def vae(
    data: options.Data = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the run.  [default: runs/vae-PRESET]")
    ] = None,
    preset: options.Preset = None,
    settings: options.Settings = None,
    events: options.Events = None,
    templates: options.Templates = None,
    selection: options.Selection = None,
    val_data: options.ValData = None,
    max_steps: options.MaxSteps = None,
    batch_size: options.BatchSize = None,
    seed: options.Seed = None,
    workers: options.Workers = 1,
    cpu: options.Cpu = False,
    resume: options.Resume = False,
    cache: options.Cache = None,
) -> None:
    """Train the spectrogram autoencoder: log-mels to latents of an eighth of both axes, and back.

    On several GPUs: accelerate launch -m mkaudio train vae --data OUT --preset base

    Example: mkaudio train vae --data audiosets-prompted --events events --preset tiny
    """
    from mkaudio.cli.preset import vae_preset
    from mkaudio.cli.training_run import Asked, Heard, run_training
    from mkaudio.cli.training_streams import streams_of

    run = output or Path("runs") / f"vae-{Path(preset or 'tiny').stem}"
    heard = Heard(data, events, templates, selection, val_data)
    given = {"max_steps": max_steps, "batch_size": batch_size, "seed": seed}
    asked = Asked.of(_COMMAND, run, heard, preset, settings or (), "vae_training", given, resume)
    chosen = vae_preset(asked.sections, asked.where)
    asked.check(cpu)
    from mkaudio.models.vae.task import VaeTask

    training = chosen.vae_training
    task = VaeTask(chosen.mel, chosen.vae, chosen.vae_loss, training.seed)
    open_streams = streams_of(asked.heard, chosen.stream, training, chosen.mel.sample_rate_hz, workers, cache)
    then = [
        f"look at it:  ls {run}/shown; tensorboard --logdir {run}/log",
        f"listen:      mkaudio reconstruct SOUND --checkpoint {run}",
    ]
    run_training(asked, task, training, open_streams, then)
