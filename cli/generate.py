"""`mkaudio generate`: sounds from prompts, pictures or other sounds, by a trained diffusion."""

from pathlib import Path
from typing import Annotated

import typer

_STEPS = {"dpm": 25, "ddim": 100}
"""Of each sampler where none are given. Source: 100 of ddim in Make-An-Audio's release; for dpm arXiv 2211.01095, §6."""


def generate(
    prompts: Annotated[list[str] | None, typer.Argument(metavar="[PROMPT]...", help="What shall sound.")] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", "-c", help="A run of mkaudio train ldm: its newest checkpoint; or one of them."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="A .wav or .flac file, or a folder.  [default: generated.wav, or generated]"
        ),
    ] = None,
    prompts_file: Annotated[
        Path | None, typer.Option("--prompts", help="Prompts, one a line; or a CSV with a column prompt.")
    ] = None,
    duration_s: Annotated[
        float | None,
        typer.Option(help="Length, at most 60.  [default: the training's window, or that of --init-audio]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same sounds.")] = 0,
    n_candidates: Annotated[
        int, typer.Option(help="Sounds for each prompt, of which the best by its score is written.")
    ] = 1,
    keep_candidates: Annotated[bool, typer.Option("--keep-candidates", help="Write the others beside it.")] = False,
    draw: Annotated[bool, typer.Option("--draw", help="Draw the mel of each sound, a .png beside it.")] = False,
    guidance: Annotated[float, typer.Option(help="How much the prompt decides; 1 is no guidance.")] = 3.0,
    sampler: Annotated[str, typer.Option(help="dpm or ddim.")] = "dpm",
    steps: Annotated[int | None, typer.Option(help="Of the sampler.  [default: 25 of dpm, 100 of ddim]")] = None,
    image: Annotated[
        list[Path] | None, typer.Option(help="A picture in place of prompts; several are the frames of one video.")
    ] = None,
    init_audio: Annotated[Path | None, typer.Option(help="A sound file to begin with.")] = None,
    strength: Annotated[
        float | None,
        typer.Option(help="Of the change of --init-audio: 0 none, 1 all.  [default: 0.3, with --inpaint 1]"),
    ] = None,
    inpaint: Annotated[
        str | None, typer.Option(metavar="A:B", help="Seconds of --init-audio that alone are made anew.")
    ] = None,
    vocoder: Annotated[str, typer.Option(help="griffin_lim, or the folder of a SpeechT5HifiGan.")] = "griffin_lim",
    vae: Annotated[
        Path | None, typer.Option(help="Where the checkpoint's autoencoder lies.  [default: within its run]")
    ] = None,
    conditioner: Annotated[
        str | None,
        typer.Option(help="Where the checkpoint's conditioner lies.  [default: where it was at the training]"),
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Sounds that are made at once.")] = 4,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is at --output.")] = False,
    cpu: Annotated[bool, typer.Option("--cpu", help="Use the processor, even where there is a GPU.")] = False,
) -> None:
    """Make sounds: one prompt becomes a file, several a folder with a table, prompts.csv. Seed and settings are in the tags.

    Example: mkaudio generate "a dog barks before rain falls" --checkpoint runs/ldm-tiny --output dog.wav
    """  # noqa: DOC501 - what main() turns into exit codes
    from mkaudio.cli.generate_inputs import asked_for, given_of
    from mkaudio.cli.generated_files import GeneratedFiles

    if checkpoint is None:
        raise ValueError("--checkpoint is missing: give a run of mkaudio train ldm")
    asked = asked_for(prompts or [], prompts_file, image or [])
    given = given_of(init_audio, strength, inpaint, duration_s)
    for name, number in (("n-candidates", n_candidates), ("batch-size", batch_size), ("steps", steps)):
        if number is not None and number < 1:
            raise ValueError(f"--{name} {number}: at least 1")
    if seed < 0:
        raise ValueError(f"--seed {seed}: 0 or more")
    if n_candidates > 1 and image:
        raise ValueError(
            f"--n-candidates {n_candidates}: candidates are ranked by a prompt; a picture has none: use --seed"
        )
    if sampler not in _STEPS:
        raise ValueError(f"--sampler {sampler}: {' or '.join(_STEPS)}")
    files = GeneratedFiles.at(output, len(asked.texts), overwrite, draw, keep_candidates)
    from mkaudio.cli.generate_models import Settings
    from mkaudio.cli.generate_run import run_generate

    settings = Settings(
        checkpoint, vae, conditioner, vocoder, seed, n_candidates, keep_candidates, guidance, sampler,
        _STEPS[sampler] if steps is None else steps, batch_size, duration_s, draw, cpu,
    )  # fmt: skip
    run_generate(asked, given, settings, files)
