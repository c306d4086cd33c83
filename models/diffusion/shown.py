"""What a diffusion makes of a prompt, beside the sound that has it. T samples, F mels, L frames."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mkaudio.models.mel import MelConfig, griffin_lim
from mkaudio.models.vae.comparison import write_wav


def write_generated(
    folder: Path,
    name: str,
    prompt: str,
    sound: NDArray[np.float32],
    mels: dict[str, NDArray[np.float32]],
    config: MelConfig,
) -> list[Path]:
    """Write NAME.original.wav, NAME.generated.wav (by Griffin-Lim), NAME.png and NAME.txt.

    Args:
        folder: where to.
        name: of the sound.
        prompt: that the generated mel was made for.
        sound: the original (T,).
        mels: by title, each (F, L); one of them is "generated".
        config: of the mels.

    Returns:
        The files.
    """
    files = [folder / f"{name}.{kind}" for kind in ("original.wav", "generated.wav", "png", "txt")]
    write_wav(files[0], sound, config.sample_rate_hz)
    # an untrained network's would be louder than a float can say
    sane = np.clip(mels["generated"], config.silence, config.loudest)
    write_wav(files[1], griffin_lim(sane, config), config.sample_rate_hz)
    draw_mels(files[2], prompt, mels, config)
    files[3].write_text(f"{prompt}\n", encoding="utf-8")
    return files


def draw_mels(path: Path, title: str, mels: dict[str, NDArray[np.float32]], config: MelConfig) -> None:
    """Draw mels below each other.

    Args:
        path: the PNG file to make.
        title: above all.
        mels: by title, each (F, L).
        config: of the mels.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 2.2 * len(mels)), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=10, parse_math=False)
    plots = figure.subplots(len(mels), 1, sharex=True, squeeze=False)[:, 0]
    for plot, (name, mel) in zip(plots, mels.items(), strict=True):
        extent = (0, mel.shape[1] / config.frames_per_s, 0, config.n_mels)
        image = plot.imshow(
            mel,
            origin="lower",
            aspect="auto",
            cmap="magma",
            extent=extent,
            vmin=config.silence,
            vmax=config.loudest,
            interpolation="nearest",
        )
        plot.set_title(name, fontsize=10, loc="left")
        plot.set_ylabel("mel")
        figure.colorbar(image, ax=plot, label="log10")
    plots[-1].set_xlabel("seconds")
    figure.savefig(path, dpi=100)
