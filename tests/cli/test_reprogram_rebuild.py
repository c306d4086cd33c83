"""A sample again from its provenance, compared with what is stored; and one line where that cannot be."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from static_twin import EVENTS, clips_in, events_in

from mkaudio.shards import DatasetReader


@pytest.fixture
def line(composable):
    return ("reprogram", composable / "clips", "--events", composable / "events")


def test_a_key_of_a_dataset(mkaudio, composable, line):
    samples = list(DatasetReader(composable / "twin"))
    number, sample = max(enumerate(samples), key=lambda one: len(one[1].row["parts"]))
    code, shown, _ = mkaudio(*line, "--output", composable / "twin", "--rebuild", sample.key)
    assert code == 0 and sample.row["prompt"] in shown and "identical to what is stored" in shown and number
    assert all(f"{part['origin']} {part['key']}" in shown for part in sample.row["parts"])
    waveform, rate_hz = soundfile.read(f"{sample.key}-rebuilt.wav", dtype="float32", always_2d=True)
    assert np.array_equal(waveform.T, sample.waveform()[0]) and rate_hz == 4_000


def test_the_json_of_a_preview(mkaudio, composable, line, monkeypatch):
    monkeypatch.setattr("mkaudio.pipeline.reprogram.picture.draw_composition", lambda *what: None)
    assert mkaudio(*line, "--recipe", composable / "recipe.toml", "--preview", "3")[0] == 0
    for number in (1, 2, 3):
        code, shown, _ = mkaudio(*line, "--rebuild", f"preview/000{number}.json")
        assert code == 0 and "identical" in shown
        assert Path(f"000{number}-rebuilt.wav").read_bytes() == Path(f"preview/000{number}.wav").read_bytes()
    shutil.copy("preview/0001.json", "alone.json")
    code, shown, _ = mkaudio(*line, "--rebuild", "alone.json")
    assert code == 0 and "no stored sound beside the provenance" in shown
    shutil.copy("preview/0002.wav", "alone.wav")
    code, shown, complaint = mkaudio(*line, "--rebuild", "alone.json")
    assert code == 1 and "not what is stored" in complaint and "identical" not in shown


def test_what_cannot_be_made_again_is_one_line(mkaudio, composable, line, tmp_path):
    with_event = next(one.key for one in DatasetReader(composable / "twin") if len(one.row["parts"]) > 1)
    other_clips, other_events = clips_in(tmp_path / "clips", (3, 9)), events_in(tmp_path / "events", EVENTS, seed=1)
    twin = ("--output", composable / "twin", "--rebuild")
    Path("list.json").write_text("[1]")
    Path("no_parts.json").write_text(json.dumps({"seed": 0}))
    for words, said in (
        ((*line, "--rebuild", "0000000001"), "say which dataset has that key with --output"),
        ((*line, *twin, "0000000099"), "0000000099"),
        ((*line, *twin, "../x"), "../x"),
        ((*line, "--output", composable / "clips", "--rebuild", "0000000001"), "it is a recording in"),
        ((*line, "--output", tmp_path, "--rebuild", "0000000001"), "not a mkaudio dataset"),
        (("reprogram", other_clips, "--events", line[-1], *twin, with_event), "was made of other sounds: clips: "),
        (("reprogram", line[1], "--events", other_events, *twin, with_event), "was made of other sounds: events: "),
        (("reprogram", line[1], *twin, with_event), "was made of other sounds: events: "),
        ((*line, "--rebuild", "none.json"), "not the provenance of a sample"),
        ((*line, "--rebuild", "list.json"), "not the provenance of a sample"),
        ((*line, "--rebuild", "no_parts.json"), "not the provenance of a sample"),
    ):
        code, shown, complaint = mkaudio(*words)
        assert code == 2 and said in complaint and complaint.count("\n") == 1 and not shown, complaint
    assert not list(Path.cwd().glob("*.wav"))


def test_a_json_does_not_fit_other_sounds(mkaudio, composable, line, tmp_path, monkeypatch):
    monkeypatch.setattr("mkaudio.pipeline.reprogram.picture.draw_composition", lambda *what: None)
    weights = ("--recipe", composable / "recipe.toml", "--n-events", "0,0,1")
    assert mkaudio(*line, *weights, "--preview", "1")[0] == 0
    other_clips, fewer = clips_in(tmp_path / "clips", (1,)), events_in(tmp_path / "events", EVENTS[:1])
    for words, said in (
        (("reprogram", other_clips, "--events", line[-1]), "of another dataset"),
        (("reprogram", line[1], "--events", fewer), "not in this event database"),
        (("reprogram", line[1]), "needs its event database"),
    ):
        code, _, complaint = mkaudio(*words, "--rebuild", "preview/0001.json")
        assert code == 2 and said in complaint


def test_a_json_that_was_changed_is_one_line(mkaudio, composable, line, monkeypatch):
    monkeypatch.setattr("mkaudio.pipeline.reprogram.picture.draw_composition", lambda *what: None)
    assert mkaudio(*line, "--recipe", composable / "recipe.toml", "--preview", "1")[0] == 0
    told = json.loads(Path("preview/0001.json").read_text())
    first, *others = told["parts"]
    for change, said in (
        ({"parts": []}, "has -1 events"),
        ({"parts": [first | {"end_s": 1e6}, *others]}, "outside the sound"),
        ({"parts": [first | {"fade_in_s": 1e6}, *others]}, "fades longer"),
        ({"parts": [first | {"source_start_s": 1e6}, *others]}, "made of other sounds"),
        ({"gain_db": float("nan")}, "not finite"),
        ({"bit_depth": 8}, "8 bit"),
        ({"sample_rate_hz": 0}, "0 Hz"),
        ({"sample_rate_hz": "x"}, "not the provenance of a sample"),
    ):
        Path("changed.json").write_text(json.dumps(told | change))
        code, _, complaint = mkaudio(*line, "--rebuild", "changed.json")
        assert code == 2 and said in complaint and complaint.count("\n") == 1, (change, complaint)
    assert not Path("changed-rebuilt.wav").exists()
