"""`mkaudio train ldm`: the diffusion on an autoencoder's latents, which a text conditions."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mkaudio.cli import training_options as options

_COMMAND = "train ldm"


def ldm(
    data: options.Data = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder of the run.  [default: runs/ldm-PRESET]")
    ] = None,
    vae: Annotated[
        Path | None, typer.Option(help="A run of mkaudio train vae; the diffusion's run keeps a copy of it.")
    ] = None,
    conditioner: Annotated[
        str | None,
        typer.Option(
            help="What reads prompts: starter, or the folder or id of a CLAP, CLIP, T5 or BERT.  [default: the preset's]"
        ),
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
    """Train the latent diffusion: prompts to latents of the autoencoder, from which mkaudio generate makes sound.

    On several GPUs: accelerate launch -m mkaudio train ldm --data OUT --vae RUN --preset base

    Example: mkaudio train ldm --data audiosets-prompted --events events --vae runs/vae-tiny --preset tiny
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.preset import ldm_preset, with_settings
    from mkaudio.cli.training_run import Asked, Heard, run_training
    from mkaudio.cli.training_streams import streams_of

    run = output or Path("runs") / f"ldm-{Path(preset or 'tiny').stem}"
    heard = Heard(data, events, templates, selection, val_data)
    given = {"max_steps": max_steps, "batch_size": batch_size, "seed": seed}
    read = [] if conditioner is None else [f"conditioning.name={conditioner}"]
    asked = Asked.of(_COMMAND, run, heard, preset, [*(settings or ()), *read], "ldm_training", given, resume)
    chosen = ldm_preset(asked.sections, asked.where)
    from mkaudio.models.conditioning.check import check_conditioner, named_anywhere

    check_conditioner(chosen.conditioning.name, chosen.conditioning.n_tokens)
    asked.check(cpu)
    name = named_anywhere(chosen.conditioning.name)
    asked = replace(asked, sections=with_settings(asked.sections, [f"conditioning.name={name}"]))
    if vae is None and not resume:
        raise ValueError("--vae is missing: give a run of mkaudio train vae")
    from accelerate import PartialState
    from accelerate.utils import parse_flag_from_env

    from mkaudio.models.conditioning.cached import CachedConditioner
    from mkaudio.models.conditioning.load import load_conditioner
    from mkaudio.models.diffusion.kept_vae import KEPT, keep_vae
    from mkaudio.models.diffusion.task import LdmTask
    from mkaudio.models.vae.saved import load_vae

    state = PartialState(cpu=parse_flag_from_env("ACCELERATE_USE_CPU"))  # by itself it does not look there
    autoencoder = load_vae(vae or run / KEPT, state.device)
    with state.main_process_first():
        keep_vae(autoencoder, run)
    reads = load_conditioner(name, state.device, chosen.conditioning.n_tokens)
    training = chosen.ldm_training
    task = LdmTask(
        chosen.ldm,
        chosen.ldm_loss,
        autoencoder,
        CachedConditioner(reads, chosen.conditioning.cached_prompts),
        training.seed,
    )
    open_streams = streams_of(asked.heard, chosen.stream, training, autoencoder.mel.sample_rate_hz, workers, cache)
    then = [
        f"look at it:  ls {run}/shown; tensorboard --logdir {run}/log",
        f'listen:      mkaudio generate "a dog barks" --checkpoint {run} --output dog.wav',
    ]
    run_training(asked, task, training, open_streams, then)
