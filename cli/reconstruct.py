"""`mkaudio reconstruct`: a sound through a trained autoencoder and back, beside the original."""

import math
from pathlib import Path
from typing import Annotated

import typer

_MOST_S = 60.0


def reconstruct(
    sound: Annotated[Path, typer.Argument(metavar="FILE", help="A sound file.")],
    checkpoint: Annotated[
        Path,
        typer.Option(
            "--checkpoint", help="A run of mkaudio train vae: its newest checkpoint; or one of its checkpoints."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write into.  [default: ./FILE-reconstructed]")
    ] = None,
    start_s: Annotated[float, typer.Option(help="Where to begin in the sound.")] = 0.0,
    duration_s: Annotated[float, typer.Option(help=f"How much of it, at most {_MOST_S:g} s.")] = 10.0,
) -> None:
    """Encode a sound's log-mel and decode it; writes original and reconstruction as sounds, and both mels as a picture.

    Example: mkaudio reconstruct dog.wav --checkpoint runs/vae-tiny
    """  # noqa: DOC501 - what main() turns into exit codes
    if not 0 <= start_s < math.inf or not 0 < duration_s <= _MOST_S:
        raise ValueError(f"--start-s {start_s:g}, --duration-s {duration_s:g}: from 0, and up to {_MOST_S:g} s")
    from mkaudio.models.sound_file import read_mono
    from mkaudio.models.vae.reconstruct import reconstruct_sound
    from mkaudio.models.vae.saved import load_vae
    from mkaudio.shards import Refusal

    vae = load_vae(checkpoint)
    try:
        waveform = read_mono(sound, vae.mel.sample_rate_hz, duration_s, start_s)
    except Refusal as refusal:
        raise ValueError(f"{sound}: {refusal}") from refusal
    done = reconstruct_sound(vae, waveform, output or Path(f"{sound.stem}-reconstructed"), sound.stem)
    print(
        f"{done.seconds:.2f} s; mean error of the log-mel {done.l1:.4f}, that of means over 4 x 4 squares {done.pooled_l1:.4f}"
    )
    for path in done.files:
        print(f"  {path}")
