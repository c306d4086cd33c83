"""A picture is looked at by its pixels: each part's bar lies where the part does, and so does its sound."""

from dataclasses import replace

import numpy as np
import pytest

from mkaudio.pipeline.reprogram.picture import draw_composition, spectrogram_db
from mkaudio.shards import Composition, Part

RATE_HZ, SECONDS = 8_000, 4.0
CLIP = Part("clip", "0000000000", "", 0.0, 0.0, SECONDS)
EVENT = Part("event", "0000000001", "A label that is far too long, " * 9, 0.0, 3.0, 3.5, -2.0)
ALONE = Composition(
    0, 0, 0, 1, "A over X", "natural:1", (), "", "Rain falls and a dog barks, which is told at such a length that it takes two "
    "lines in every picture that is as wide as this one.", 2, RATE_HZ, 1, 16, int(SECONDS * RATE_HZ), 0.0, (CLIP,),
)  # fmt: skip


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    from matplotlib.image import imread

    folder = tmp_path_factory.mktemp("pictures")
    sound = np.random.default_rng(0).standard_normal((1, ALONE.n_frames)).astype(np.float32) * 0.1
    draw_composition(folder / "alone.png", sound, ALONE)
    draw_composition(folder / "both.png", sound, replace(ALONE, parts=(CLIP, EVENT)))
    return imread(folder / "alone.png"), imread(folder / "both.png")


def columns_of(picture, colour):
    """First and last column of a row in which a colour is found most."""
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    is_it = (np.abs(picture[:, :, :3] * 255 - wanted) < 2).all(axis=2)
    columns = np.flatnonzero(is_it[is_it.sum(axis=1).argmax()])
    return columns[0], columns[-1]


@pytest.mark.slow
def test_bars_lie_where_the_parts_do(pictures):
    _, both = pictures
    left, right = columns_of(both, "#f2f2f2")  # the clip lasts from the first column of the plot to its last
    begin, end = columns_of(both, "#ffb000")
    for column, time_s in ((begin, EVENT.start_s), (end, EVENT.end_s)):
        assert column == pytest.approx(left + (right - left) * time_s / SECONDS, abs=4)


@pytest.mark.slow
def test_a_long_label_does_not_push_the_plot_aside(pictures):
    widths = [np.subtract(*columns_of(picture, "#f2f2f2")[::-1]) for picture in pictures]
    assert min(widths) > 0.9 * pictures[0].shape[1] and abs(widths[0] - widths[1]) < 3


@pytest.mark.slow
def test_it_is_a_picture_of_a_sensible_size(pictures):
    for picture in pictures:
        assert 400 < picture.shape[0] < 700 and 900 < picture.shape[1] < 1_400


@pytest.mark.parametrize("hz", [500.0, 3_000.0])
def test_a_tone_is_a_line_at_its_frequency(hz):
    level_db = spectrogram_db(np.sin(2 * np.pi * hz * np.arange(8_000) / 8_000).astype(np.float32), 8_000)
    loudest = level_db[:, 5:-5].argmax(axis=0) / (len(level_db) - 1) * 4_000
    assert np.abs(loudest - hz).max() < 4_000 / (len(level_db) - 1)
    assert spectrogram_db(np.zeros(1, np.float32), 8_000).shape[1] == 1
