"""What the loss plot draws: the columns that are there, smoothed means that stay means."""

import numpy as np
import pytest
from matplotlib.image import imread

from mkaudio.models.training.logs import CsvLog
from mkaudio.models.training.loss_plot import FILE, draw_losses, smoothed


def logged(run, name, rows):
    table = CsvLog(run, f"{name}.csv", 0)
    for step, numbers in rows:
        table.write(step, numbers)
    table.close()


def colours(picture):
    """Return how many dots of matplotlib's first, second and third colour there are."""
    dots = (imread(picture)[..., :3] * 255).round().astype(int)
    found = [(0x1F, 0x77, 0xB4), (0xFF, 0x7F, 0x0E), (0x2C, 0xA0, 0x2C)]
    return [int((dots == one).all(axis=-1).sum()) for one in found]


def test_each_column_that_was_logged_has_a_line(tmp_path):
    logged(tmp_path, "train", [(step, {"loss": 1 / step, "other": 5.0}) for step in range(1, 41)])
    logged(tmp_path, "val", [(20, {"mse": 0.5}), (40, {"mse": 0.4})])
    picture = draw_losses(tmp_path, [("loss", "mse", "absent")])
    assert picture == tmp_path / FILE
    loss, mse, absent = colours(picture)
    assert loss > 500
    assert mse > 100
    assert absent == 0


def test_a_run_without_validation_is_drawn_too(tmp_path):
    logged(tmp_path, "train", [(1, {"loss": 1.0})])
    assert draw_losses(tmp_path, [("loss",), ("loss",)]).is_file()


@pytest.mark.parametrize("n", [1, 2, 39, 40, 41, 400])
def test_smoothing_keeps_a_straight_line_and_lessens_noise(n):
    line = (3 + 0.5 * np.arange(n)).tolist()
    assert smoothed(line) == pytest.approx(line)
    noise = np.random.default_rng(0).normal(size=n)
    assert np.std(smoothed(noise.tolist())) <= np.std(noise) * (1 if n < 40 else 0.8) + 1e-12
