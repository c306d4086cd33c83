"""A preview is the beginning of the stream as files."""

import json
from pathlib import Path

import numpy as np
import soundfile
from matplotlib.image import imread

from mkaudio.pipeline.reprogram.recipe_file import read_recipe
from mkaudio.pipeline.stream import open_samples


def test_its_files_are_the_first_samples_of_the_stream(mkaudio, composable, monkeypatch):
    drawn = []
    monkeypatch.setattr("mkaudio.pipeline.reprogram.picture.draw_composition", lambda *what: drawn.append(what))
    recipe = composable / "recipe.toml"
    line = (
        "reprogram",
        composable / "clips",
        "--events",
        composable / "events",
        "--recipe",
        recipe,
        "--channels",
        "stereo",
    )
    code, shown, _ = mkaudio(*line, "--epochs", "3", "--preview", "5")
    assert code == 0 and "preview: 5 samples" in shown
    settings = read_recipe(recipe) | {"channels": 2}
    opened = open_samples(composable / "clips", events=composable / "events", settings=settings)
    for number, index in enumerate(opened.order.clips(3, 0, 5).tolist(), 1):
        sample = opened.samples[3 * 19 + index]
        stem = f"preview/{number:04d}"
        waveform, rate_hz = soundfile.read(f"{stem}.wav", dtype="float32", always_2d=True)
        assert np.array_equal(waveform.T, sample.waveform) and rate_hz == 4_000 and waveform.shape[1] == 2
        assert (
            Path(f"{stem}.txt").read_text("utf-8") == sample.prompt + "\n" and f"{stem}.wav  {sample.prompt}" in shown
        )
        provenance = json.loads(Path(f"{stem}.json").read_text("utf-8"))
        assert (provenance["index"], provenance["epoch"], provenance["seed"]) == (index, 3, 0)
        path, waveform, composition = drawn[number - 1]
        assert (str(path), composition) == (f"{stem}.png", sample.provenance)
        assert np.array_equal(waveform, sample.waveform)
    assert len(list(Path.cwd().rglob("*.*"))) == 5 * 3


def test_an_epoch_may_have_fewer_and_pictures_open(mkaudio, composable, tmp_path):
    from streaming import made_dataset

    clips = made_dataset(tmp_path / "few", (1,))
    code, shown, _ = mkaudio("reprogram", clips, "--preview", "9", "--output", "seen")
    assert code == 0 and "seen: 1 samples" in shown
    assert imread("seen/0001.png").ndim == 3
