"""Filters the whole way, with stand-in models: reasons, sums, bytes, and what is never encoded or heard."""

import csv
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import soundfile
from distilling import digests, distil_here, run_distill, write_tone
from fakes import FakeEar, FakeExpert, FakeToolbox
from sounds import noise

from mkaudio.pipeline import decode, stages
from mkaudio.shards import open_storage, read_dataset_info, verify, write_dataset_info

RATE_HZ = 16_000
SPEECH_HZ, DOG_HZ, MUSIC_HZ = 500.0, 2_300.0, 5_500.0
"""What the stand-in ear takes for speech, a dog, music."""


def write(path, waveform):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, waveform, RATE_HZ, subtype="PCM_16")


@pytest.fixture
def kinds(tmp_path):
    """A sound of each kind that a filter knows."""
    folder = tmp_path / "in"
    for name, hz in (("speech", SPEECH_HZ), ("dog", DOG_HZ), ("music", MUSIC_HZ)):
        write_tone(folder / f"{name}.wav", hz, 2.0, RATE_HZ)
    write_tone(folder / "short.wav", DOG_HZ, 0.3, RATE_HZ)
    write(folder / "clipped.wav", np.clip(40 * np.sin(np.arange(32_000) * 2 * np.pi * DOG_HZ / 4 / RATE_HZ), -1, 1))
    write(folder / "silent.wav", np.zeros(32_000))
    return folder


def left_out(flow):
    assert all(left.refusal.message for left in flow.left)
    return {left.row.source_path: left.refusal.reason for left in flow.left}


def kept(clips):
    return [clip.source_path for clip, _ in clips]


@pytest.mark.parametrize(
    ("settings", "gone"),
    [
        ({}, {"clipped.wav": "clipped"}),
        ({"max_clipped_share": 1.0}, {}),
        ({"max_clipped_share": 1.0, "min_duration_s": 0.5}, {"short.wav": "too_short"}),
        ({"max_clipped_share": 1.0, "min_bandwidth_hz": 1_000.0}, {"speech.wav": "narrow_band"}),
        ({"speech": "drop"}, {"clipped.wav": "clipped", "speech.wav": "speech"}),
        ({"speech": "only"}, {"clipped.wav": "clipped"} | dict.fromkeys(("dog.wav", "music.wav", "short.wav"), "no_speech")),
        ({"music": "drop", "max_clipped_share": 1.0}, {"music.wav": "music"}),
        ({"music": "only"}, {"clipped.wav": "clipped"} | dict.fromkeys(("dog.wav", "speech.wav", "short.wav"), "no_music")),
    ],
)  # fmt: skip
def test_what_a_filter_leaves_out_is_counted_as_filtered_with_its_reason(kinds, settings, gone):
    flow, clips = distil_here(kinds, **settings)
    assert left_out(flow) == gone | {"silent.wav": "all_silent"}
    assert kept(clips) == sorted({path.name for path in kinds.iterdir()} - {*gone, "silent.wav"})
    counts = flow.counts()
    assert (counts["windows_filtered"], counts["windows_refused"]) == (len(gone), 1)
    assert counts["windows_committed"] == 5 - len(gone)
    assert (counts["sources_read"], counts["sources_refused"]) == (5, 1), "a source that was filtered was read"


def test_the_keys_and_bytes_of_what_is_kept_do_not_depend_on_what_is_not(kinds):
    _, every = distil_here(kinds, max_clipped_share=1.0)
    _, some = distil_here(kinds, max_clipped_share=1.0, speech="drop", min_duration_s=0.5, batch_size=2)
    whole = {clip.key: (clip.source_path, clip.verdicts, flac) for clip, flac in every}
    assert kept(some) == ["dog.wav", "music.wav"] and len(every) == 5
    assert all(whole[clip.key] == (clip.source_path, clip.verdicts, flac) for clip, flac in some)


def test_a_dataset_states_what_was_left_out_and_how_much_is_speech_and_music(kinds, tmp_path):
    settings = {"min_duration_s": 0.5, "speech_share": 0.4}
    summary = run_distill([kinds], tmp_path / "out", **settings)
    assert summary.sources_close and summary.windows_close
    assert summary.heard == {
        "clips": 3, "audio_s": 6.0, "speech_clips": 1, "speech_s": 2.0, "music_clips": 1, "music_s": 2.0,
    }  # fmt: skip
    assert summary.lines()[-1] == "  speech in 1 of 3 clips (0.00 of 0.00 h), music in 1 (0.00 h)"
    rows = pd.read_parquet(tmp_path / "out" / "quarantine").set_index("source_path")
    assert rows.loc["short.wav", ["reason", "message", "stage"]].tolist() == [
        "too_short", "0.300 s; --min-duration-s 0.5", "filter",
    ]  # fmt: skip
    assert read_dataset_info(open_storage(tmp_path / "out")).config.items() >= settings.items()
    assert list(verify(tmp_path / "out")) == []


def test_a_source_that_is_silent_but_for_what_another_filter_took_is_not_refused_as_silent(tmp_path):
    sound = np.concatenate([np.zeros(160_000), np.clip(40 * np.sin(np.arange(160_000) * 0.2), -1, 1)])
    write(tmp_path / "in" / "x.wav", sound)
    flow, clips = distil_here(tmp_path / "in")
    assert sorted((left.window, left.refusal.reason) for left in flow.left) == [(0, "silent_window"), (1, "clipped")]
    assert not clips and (flow.counts()["sources_read"], flow.counts()["windows_filtered"]) == (1, 2)


@pytest.fixture
def long(tmp_path):
    """Sources whose one-second windows are a dog in noise, the louder the more active, between short ones."""
    folder = tmp_path / "in"
    time_s = np.arange(RATE_HZ) / RATE_HZ
    for name, loud in (("b", (1, 4, 2, 8, 4, 8, 1, 0, 2)), ("d", (8, 1, 2)), ("e", (2, 2, 2, 2))):
        windows = [0.02 * (level * np.sin(2 * np.pi * DOG_HZ * time_s) + noise(RATE_HZ, 0.5)[0]) for level in loud]
        write(folder / f"{name}.wav", np.concatenate(windows))
    for name, hz in (("a", DOG_HZ), ("c", DOG_HZ + 100)):
        write_tone(folder / f"{name}.wav", hz, 1.0, RATE_HZ)
    return folder


def chosen(output):
    manifest = pd.read_parquet(output / "manifest").sort_values("key")
    return {
        path: of_source.start_s.astype(int).tolist() for path, of_source in manifest.groupby("source_path", sort=False)
    }


def test_of_each_source_the_windows_in_which_most_is_going_on_are_kept(long, tmp_path):
    out = tmp_path / "out"
    summary = run_distill([long], out, window_s=1.0, max_windows_per_file=3)
    assert chosen(out) == {"a.wav": [0], "b.wav": [1, 3, 5], "c.wav": [0], "d.wav": [0, 1, 2], "e.wav": [0, 1, 2]}
    assert summary.sources_close and summary.windows_close
    assert (summary.counts["windows"], summary.counts["windows_filtered"]) == (18, 7)
    rows = pd.read_parquet(out / "quarantine").set_index(["source_path", "window"])
    assert set(rows.reason) == {"less_active"} and rows.loc[("b.wav", 4), "message"].endswith(
        "is rank 4 of 9 windows of its source; --max-windows-per-file 3"
    )
    assert list(verify(out)) == []


@pytest.mark.parametrize("batch_size", [1, 2, 5, 99])
def test_it_is_the_same_whatever_the_batches(long, batch_size):
    settings = {"window_s": 1.0, "max_windows_per_file": 2}
    flow, clips = distil_here(long, **settings)
    other, same = distil_here(long, **settings, batch_size=batch_size)
    assert [(clip.key, clip.verdicts, flac) for clip, flac in clips] == [(c.key, c.verdicts, flac) for c, flac in same]
    assert {(one.row.name, one.window, str(one.refusal)) for one in flow.left} == {
        (one.row.name, one.window, str(one.refusal)) for one in other.left
    }
    assert [clip.key for clip, _ in clips] == sorted(clip.key for clip, _ in clips), "plan order"
    assert not other._contests, "a source that has ended holds no memory"


@pytest.mark.slow
def test_it_is_the_same_after_a_kill(long, tmp_path):
    settings = {"window_s": 1.0, "max_windows_per_file": 2}
    run_distill([long], tmp_path / "out", **settings)
    before = digests(tmp_path / "out")
    (tmp_path / "out" / "commits" / "000000.json").unlink()
    run_distill([long], tmp_path / "out", "resume", **settings)
    assert digests(tmp_path / "out") == before
    with pytest.raises(ValueError, match="max_windows_per_file: 2 in the dataset, 3 now"):
        run_distill([long], tmp_path / "out", "resume", window_s=1.0, max_windows_per_file=3)


@pytest.mark.slow
def test_a_worker_that_dies_in_the_middle_of_a_long_source_changes_nothing(long, tmp_path):
    listed = tmp_path / "list.csv"
    with listed.open("w", newline="") as handle:
        lines = [("path", "label"), *((path, f"{path.stem} once") for path in sorted(long.iterdir()))]
        csv.writer(handle).writerows(lines)
    text = listed.read_text()
    settings = {"window_s": 1.0, "max_windows_per_file": 2, "file_names": False}
    listed.write_text(text.replace("d once", "kill me once"))
    deadly = tmp_path / "deadly"
    deadly.touch()
    run_distill([listed], tmp_path / "whole", factory=FakeToolbox(str(deadly)), **settings)
    deadly.unlink()
    run_distill([listed], tmp_path / "out", factory=FakeToolbox(str(deadly)), **settings)
    assert deadly.exists() and digests(tmp_path / "out") == digests(tmp_path / "whole")


def test_speech_does_not_compete(long):
    """Windows that another filter takes are none of the N, however active."""
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    sound, _ = soundfile.read(long / "d.wav")
    write(long / "d.wav", np.concatenate([0.5 * np.sin(2 * np.pi * SPEECH_HZ * time_s), sound]))
    _, clips = distil_here(long, window_s=1.0, max_windows_per_file=1, speech="drop")
    assert [clip.start_s for clip, _ in clips if clip.source_path == "d.wav"] == [2.0]


def test_what_is_left_out_is_not_encoded_captioned_or_even_heard(long, monkeypatch):
    encoded, proposed, heard = [], [], []
    encode, propose, listen = stages.encode_flac, FakeExpert.propose, FakeEar.listen
    monkeypatch.setattr(stages, "encode_flac", lambda *what: encoded.append(what) or encode(*what))
    monkeypatch.setattr(decode, "encode_flac", lambda *what: encoded.append(what) or encode(*what))
    monkeypatch.setattr(FakeExpert, "propose", lambda self, clips: proposed.extend(clips) or propose(self, clips))
    monkeypatch.setattr(FakeEar, "listen", lambda self, sounds: heard.extend(sounds) or listen(self, sounds))
    for path in long.iterdir():
        if path.name != "b.wav":
            path.unlink()
    flow, ((clip, flac),) = distil_here(long, window_s=1.0, max_windows_per_file=1, batch_size=2)
    assert clip.start_s == 3.0 and flac and (len(encoded), len(heard), len(flow.left)) == (1, 9, 8)
    assert len(proposed) == 3, "the levels rise at windows 0, 1 and 3; the later one of 8 is a tie"
    for found in (encoded, heard):
        found.clear()
    assert distil_here(long, window_s=1.0, min_bandwidth_hz=8_001.0)[1] == [] and (encoded, heard) == ([], [])


def test_verify_knows_how_many_windows_of_a_source_may_be_there(long, tmp_path):
    run_distill([long], tmp_path / "out", window_s=1.0, max_windows_per_file=3)
    storage = open_storage(tmp_path / "out")
    info = read_dataset_info(storage)
    write_dataset_info(storage, replace(info, config=info.config | {"max_windows_per_file": 2}))
    said = [str(problem) for problem in verify(tmp_path / "out")]
    assert len(said) == 3 and all("has 3 clips, of which at most 2 are kept" in one for one in said)


def test_append_takes_what_was_filtered_as_known_and_tries_what_was_refused_again(kinds, tmp_path):
    copy = kinds / "speech2.wav"
    copy.write_bytes((kinds / "speech.wav").read_bytes())
    run_distill([kinds], tmp_path / "out", speech="drop")
    write_tone(kinds / "new.wav", DOG_HZ, 1.5, RATE_HZ)
    summary = run_distill([kinds], tmp_path / "out", mode="append", speech="drop")
    assert (summary.counts["sources"], summary.counts["windows_filtered"]) == (9, 2)  # new.wav, and silent.wav again
    plan = pd.read_parquet(tmp_path / "out/plan/000001.parquet")
    assert sorted(plan["source_path"]) == ["new.wav", "silent.wav"]
