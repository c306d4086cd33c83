"""An original beside its reconstruction: sounds to hear, mels to see. T samples, F mels, L frames."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mkaudio.models.mel import MelConfig, griffin_lim


def write_comparison(
    folder: Path,
    name: str,
    waveform: NDArray[np.float32],
    mel: NDArray[np.float32],
    reconstruction: NDArray[np.float32],
    config: MelConfig,
) -> list[Path]:
    """Write three sounds and a picture.

    The sound between, NAME.griffin_lim.wav, is made of the original's own mel: what is worse in it is lost by Griffin-Lim,
    what is worse in the third by the autoencoder.

    Args:
        folder: where to.
        name: how the files begin.
        waveform: (T,).
        mel: (F, L) of the original.
        reconstruction: (F, L).
        config: of both mels.

    Returns:
        The files.
    """
    sounds = {
        "original": waveform,
        "griffin_lim": _heard(mel, config),
        "reconstructed": _heard(reconstruction, config),
    }
    written = [folder / f"{name}.{kind}.wav" for kind in sounds]
    for path, sound in zip(written, sounds.values(), strict=True):
        write_wav(path, sound, config.sample_rate_hz)
    picture = folder / f"{name}.png"
    draw_comparison(picture, mel, reconstruction, config)
    return [*written, picture]


def write_wav(path: Path, sound: NDArray[np.float32], sample_rate_hz: int) -> None:
    """Write a sound as 16 bits; one that is too loud is made quieter as a whole, not clipped.

    Args:
        path: the file to make.
        sound: (T,), full scale is 1.
        sample_rate_hz: of the sound.
    """
    import soundfile

    peak = float(np.abs(sound).max(initial=0.0))
    soundfile.write(path, sound / peak if peak > 1 else sound, sample_rate_hz, subtype="PCM_16")


def _heard(mel: NDArray[np.float32], config: MelConfig) -> NDArray[np.float32]:
    """Return the sound of a mel of any length: one too short to be reflected gets silence behind it, which is cut off again."""
    n_frames = mel.shape[1]
    missing = max(config.pad_samples // config.hop_samples + 1 - n_frames, 0)
    padded = np.pad(mel, ((0, 0), (0, missing)), constant_values=config.silence)
    return griffin_lim(padded, config)[: n_frames * config.hop_samples]


def draw_comparison(
    path: Path, mel: NDArray[np.float32], reconstruction: NDArray[np.float32], config: MelConfig
) -> None:
    """Draw both mels and what lies between them.

    Args:
        path: the PNG file to make.
        mel: (F, L) of the original.
        reconstruction: (F, L).
        config: of both mels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6), layout="constrained")
    FigureCanvasAgg(figure)
    extent = (0, mel.shape[1] / config.frames_per_s, 0, config.n_mels)
    error = reconstruction - mel
    rows = [
        ("original", mel, "magma", config.silence, config.loudest),
        ("reconstructed", reconstruction, "magma", config.silence, config.loudest),
        (f"reconstructed - original; mean size {np.abs(error).mean():.3f}", error, "coolwarm", -1.0, 1.0),
    ]
    plots = figure.subplots(len(rows), 1, sharex=True)
    for plot, (title, values, colours, lowest, highest) in zip(plots, rows, strict=True):
        image = plot.imshow(
            values,
            origin="lower",
            aspect="auto",
            cmap=colours,
            extent=extent,
            vmin=lowest,
            vmax=highest,
            interpolation="nearest",
        )
        plot.set_title(title, fontsize=10, loc="left")
        plot.set_ylabel("mel")
        figure.colorbar(image, ax=plot, label="log10")
    plots[-1].set_xlabel("seconds")
    figure.savefig(path, dpi=100)
