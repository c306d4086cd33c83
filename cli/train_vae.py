"""`mkaudio train vae`: the spectrogram autoencoder."""

from pathlib import Path
from typing import Annotated

import typer

from mkaudio.cli.training_options import (
    BatchSize,
    Cache,
    Cpu,
    Data,
    Events,
    MaxSteps,
    Preset,
    Resume,
    Seed,
    Selection,
    Settings,
    Templates,
    ValData,
    Workers,
)

_COMMAND = "train vae"


def vae(
    data: Data = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the run.  [default: runs/vae-PRESET]")
    ] = None,
    preset: Preset = None,
    settings: Settings = None,
    events: Events = None,
    templates: Templates = None,
    selection: Selection = None,
    val_data: ValData = None,
    max_steps: MaxSteps = None,
    batch_size: BatchSize = None,
    seed: Seed = None,
    workers: Workers = 1,
    cpu: Cpu = False,
    resume: Resume = False,
    cache: Cache = None,
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
