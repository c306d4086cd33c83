"""A composition as a picture: its spectrogram with a bar a part, and the sentence above."""

import textwrap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mkaudio.shards import Composition

_WINDOW_S, _HOP_S = 0.032, 0.008
_RANGE_DB = 80.0
_COLOURS = {"clip": "#f2f2f2", "A": "#ffb000", "B": "#4fd1ff"}


def draw_composition(path: Path, waveform: NDArray[np.float32], composition: Composition) -> None:
    """Draw a composition into a PNG file.

    Args:
        path: the file to make.
        waveform: (C, T); the mean of its channels is drawn.
        composition: its provenance.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rate_hz = composition.sample_rate_hz
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    bars, plot = figure.subplots(2, 1, sharex=True, height_ratios=[0.28 * max(2, len(composition.parts)), 3])
    level_db = spectrogram_db(waveform.mean(axis=0), rate_hz)
    seconds = composition.n_frames / rate_hz
    top_db = float(level_db.max())
    plot.imshow(
        level_db, origin="lower", aspect="auto", cmap="magma", extent=(0, seconds, 0, rate_hz / 2000),
        vmin=top_db - _RANGE_DB, vmax=top_db,
    )  # fmt: skip
    plot.set_xlabel("seconds")
    plot.set_ylabel("kHz")
    letters = iter("AB")
    for row, part in enumerate(composition.parts):
        letter = "X" if part.origin == "clip" else next(letters)
        colour = _COLOURS["clip"] if letter == "X" else _COLOURS[letter]
        bars.barh(row, part.end_s - part.start_s, left=part.start_s, color=colour, edgecolor="#444444", height=0.8)
        late = part.start_s > seconds / 2  # what is said of it would leave the picture on the right
        said = bars.text(
            part.end_s if late else part.start_s,
            row,
            f" {_said(letter, part.label, part.gain_db, part.snr_db)} ",
            va="center",
            ha="right" if late else "left",
            fontsize=8,
        )
        said.set_in_layout(False)  # or a long label would push the spectrogram aside
        for time_s in (part.start_s, part.end_s):
            plot.axvline(time_s, color=colour, linewidth=1, linestyle="--")
    bars.invert_yaxis()
    bars.set_yticks([])
    bars.set_xlim(0, seconds)
    bars.set_title("\n".join(textwrap.wrap(composition.prompt, 110)), fontsize=11, loc="left")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _said(letter: str, label: str, gain_db: float, snr_db: float | None) -> str:
    if letter == "X":
        return "X: the clip"
    return f"{letter}: {label}, {gain_db:+.1f} dB" + ("" if snr_db is None else f", SNR {snr_db:+.1f} dB")


def spectrogram_db(waveform: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return the power spectrogram (F, L) in dB, the lowest frequency first.

    Args:
        waveform: (T,).
        rate_hz: of it.
    """
    window, hop = max(16, round(_WINDOW_S * rate_hz)), max(1, round(_HOP_S * rate_hz))
    padded = np.pad(waveform, (window // 2, window // 2))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(window), axis=1)))
    level: NDArray[np.float32] = (10 * np.log10(power + 1e-12)).astype(np.float32).T
    return level
