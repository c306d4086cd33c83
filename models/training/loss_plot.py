"""How a training went, in one picture: RUN/loss.png, out of RUN/log/train.csv and val.csv."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mkaudio.models.training.logs import FOLDER

FILE = "loss.png"
_SMOOTHED_OVER = 20
"""The bold line is a mean over one part of so many of the rows: a step's number says more of its batch than of the weights."""
_WIDE = 10
"""Curves above 0 of which the highest value is more than so many times the lowest are drawn on a logarithmic scale."""

Table = dict[str, list[float]]


def draw_losses(run: Path, panels: Sequence[Sequence[str]]) -> Path:
    """Draw columns of the logs against the step: those of training faint and smoothed, those of validation dotted.

    Args:
        run: folder of a run that has logged.
        panels: names of the columns, a panel for each group, from top to bottom.

    Returns:
        The picture.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    tables = {name: _read(run / FOLDER / f"{name}.csv") for name in ("train", "val")}
    figure = Figure(figsize=(9, 3.2 * len(panels)), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(str(run), fontsize=10, parse_math=False)
    for plot, names in zip(figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0], panels, strict=True):
        for number, name in enumerate(names):
            colour = f"C{number}"
            if name in tables["train"]:
                steps, values = tables["train"]["step"], tables["train"][name]
                plot.plot(steps, values, color=colour, alpha=0.25, linewidth=0.8)
                plot.plot(steps, smoothed(values), color=colour, label=f"{name}, training")
            if name in tables["val"]:
                plot.plot(tables["val"]["step"], tables["val"][name], "o--", color=colour, label=f"{name}, held out")
        drawn = [value for table in tables.values() for name in names for value in table.get(name, ())]
        if drawn and 0 < _WIDE * min(drawn) < max(drawn):
            plot.set_yscale("log")
        plot.legend(fontsize=9)
        plot.grid(alpha=0.3)
    plot.set_xlabel("step")
    figure.savefig(run / FILE, dpi=100)
    return run / FILE


def smoothed(values: Sequence[float]) -> list[float]:
    """Return means over a window around each value, narrower at both ends so that it stays in the middle.

    Args:
        values: one after the other.

    >>> smoothed([1.0, 2.0, 3.0])
    [1.0, 2.0, 3.0]
    """
    reach = len(values) // (2 * _SMOOTHED_OVER)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    reaches = np.minimum(reach, np.minimum(places, len(values) - 1 - places))
    means: list[float] = ((sums[places + reaches + 1] - sums[places - reaches]) / (2 * reaches + 1)).tolist()
    return means


def _read(path: Path) -> Table:
    """Return a log by column; an empty one where there is none."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    return {name: [float(one) for one in values] for name, values in zip(columns, zip(*rows, strict=True), strict=True)}
