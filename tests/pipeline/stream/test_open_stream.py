"""What a user may ask of a stream, and the line that says why not."""

import numpy as np
import pytest
from streaming import SIZES, made_dataset

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.stream import SampleError, open_stream


def test_defaults_are_16_khz_mono_and_the_window_of_the_dataset(noises, tmp_path):
    batch = next(iter(open_stream(noises, cache=tmp_path)))
    assert batch.waveform.shape == (16, 1, 16_000) and {one.sample_rate_hz for one in batch.provenance} == {16_000}
    assert {(one.n_drawn, one.seed) for one in batch.provenance} == {(0, 0)}


def test_any_rate_and_stereo(noises, tmp_path):
    stream = open_stream(noises, cache=tmp_path, sample_rate_hz=44_100, channels=2, window_s=0.5, seed=4, batch_size=3)
    batch = next(iter(stream))
    assert batch.waveform.shape == (3, 2, 22_050) and batch.provenance[0].seed == 4
    assert np.array_equal(batch.waveform[:, 0], batch.waveform[:, 1])


def test_a_recipe_gives_what_is_not_given_beside_it(noises, tmp_path):
    recipe = Recipe(seed=5, sample_rate_hz=4_000, window_s=2.0, weights=(1, 0, 0))
    batch = next(iter(open_stream(noises, cache=tmp_path, recipe=recipe, channels=2)))
    assert batch.waveform.shape == (16, 2, 8_000) and batch.provenance[0].seed == 5


def test_a_stream_may_have_more_workers_than_shards_or_samples(tmp_path):
    dataset = made_dataset(tmp_path / "out", (2,))
    stream = open_stream(dataset, cache=tmp_path, workers=3, batch_size=4, epochs=3)
    assert [(len(batch.keys), batch.epoch) for batch in stream] == [(2, 0), (2, 1), (2, 2)]


def test_what_makes_no_sense_is_one_line(noises, tmp_path):
    for settings, why in (
        ({"window_s": 0.05 + 1e-9, "sample_rate_hz": 8_000}, "0.1 to 600"),
        (
            {"window_s": 0.1, "dataset": made_dataset(tmp_path / "long", (60,))},
            "window_s 0.1: the longest clip of .* lasts 0.12",
        ),
        ({"weights": (0, 1, 1)}, "weights ask for events, but there is no event database"),
        ({"channels": 3}, "channels 3"),
        ({"workers": -1}, "workers -1"),
        ({"rank": 1}, "rank 1 of 1"),
        ({"dataset": tmp_path / "nothing"}, "not a mkaudio dataset"),
        ({"dataset": made_dataset(tmp_path / "empty", (0,))}, "no clip with a prompt"),
        ({"selection": "good"}, "--selection good"),
    ):
        with pytest.raises(ValueError, match=why) as found:
            open_stream(settings.pop("dataset", noises), cache=tmp_path, **settings)
        assert "\n" not in str(found.value)


def test_part_of_a_dataset_where_that_is_allowed(tmp_path):
    dataset = made_dataset(tmp_path / "out", SIZES, commit=lambda shard: shard != 2)
    with pytest.raises(ValueError, match="shard 2 is not committed"):
        open_stream(dataset, cache=tmp_path)
    assert open_stream(dataset, cache=tmp_path, allow_partial=True).n_samples == 17


def test_a_shard_that_vanishes_is_an_error_at_its_sample(own_noises, tmp_path):
    stream = open_stream(own_noises, cache=tmp_path, batch_size=1, epochs=1)
    (own_noises / "shards" / "000003.tar").unlink()  # the one with a single clip, number 19
    seen = []
    with pytest.raises(SampleError, match="sample 0000000019 of shard 3: the shard is gone"):
        for batch in stream:
            seen += batch.keys
    assert "0000000019" not in seen and stream.state_dict()["step"] == len(seen)


def test_a_relative_folder_stays_where_it_was(own_noises, tmp_path, monkeypatch):
    monkeypatch.chdir(own_noises.parent)
    stream = open_stream(own_noises.name, cache=tmp_path, epochs=1)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert sum(len(batch.keys) for batch in stream) == 29
