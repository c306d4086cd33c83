"""A provenance goes into the manifest's columns and comes back as it was."""

from dataclasses import replace

import pytest

from mkaudio.shards import Composition, Part, composition_of, composition_path, joined, read_table, write_table
from mkaudio.shards.composition import composition_columns
from mkaudio.shards.schema import MANIFEST

CLIP = Part("clip", "0000000007", "", 0.1, 0.0, 1 / 3, fade_out_s=0.02, licence="CC0", attribution="é")
EVENT = Part("event", "0000000001", "Bark", 0.0, 1 / 3, 2.1, -7.1234, -2.5, 0.01, 0.02, "CC-BY", "me")
MADE = Composition(
    (1 << 63) - 1, 4, 7, 2, "X before A", "natural:17", (("start", "First"), ("A", "a dog barks")), "no room",
    "Rain falls, then a dog barks.", 2, 16_000, 1, 24, 33_600, -0.1234, (CLIP, EVENT),
)  # fmt: skip
ROW = {
    "prompt": MADE.prompt,
    "n_events": 2,
    "sample_rate_hz": 16_000,
    "channels": 1,
    "bit_depth": 24,
    "n_frames": 33_600,
}


def through_parquet(path, columns):
    names = ["parts", "composition"]
    schema = MANIFEST.empty_table().select(names).schema
    write_table(path, [columns], schema)
    return read_table(path).to_pylist()[0]


@pytest.mark.parametrize(
    "made",
    [
        MADE,
        replace(MADE, parts=(CLIP,), slots=(), fallback="", gain_db=0.0, seed=-5),
        replace(MADE, parts=(EVENT, CLIP)),
    ],
    ids=["two parts", "alone", "the event first"],
)
def test_it_comes_back_as_it_was(tmp_path, made):
    assert composition_of(ROW | through_parquet(tmp_path / "x.parquet", composition_columns(made))) == made
    assert made.key == "0000000007"


def test_a_recording_has_none(tmp_path):
    row = through_parquet(tmp_path / "x.parquet", composition_columns(None))
    assert row == {"parts": None, "composition": None} and composition_of(ROW | row) is None


def test_texts_are_joined_once_each_in_order():
    assert joined(["b", "", "a", "b"]) == "b; a" and joined([]) == joined(["", ""]) == ""


def test_paths_sort_as_epochs_and_clips_do():
    paths = [composition_path(epoch, index) for epoch in (0, 9, 10, 999_999) for index in (0, 9, 10, 10**9)]
    assert paths == sorted(paths)
