"""The whole way with stand-in models: what is on disk, what closes, what is the same."""

import json
import os
import shutil
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from distilling import digests, run_distill, write_tone

from mkaudio.pipeline import index_pass
from mkaudio.shards import DatasetReader, commit, dataset, open_storage, read_marker, verify


def test_every_window_is_there_and_the_sums_close(tones, tmp_path):
    summary = run_distill([tones], tmp_path / "out")
    assert summary.sources_close and summary.windows_close
    assert summary.counts["sources_read"] == 11 and summary.counts["windows_committed"] == 13
    manifest = pd.read_parquet(tmp_path / "out" / "manifest")
    assert manifest.key.is_unique and manifest.duration_s.sum() == pytest.approx(10 + 0.1 * 45 + 25.0)
    assert (manifest.prompt == manifest.duration_s.round(2).map(lambda s: f"A sound of {s} seconds.")).all()
    assert list(verify(tmp_path / "out")) == []


def test_a_second_run_gives_the_same_bytes(tones, tmp_path):
    run_distill([tones], tmp_path / "one")
    run_distill([tones], tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_the_stored_sound_is_the_source(tones, tmp_path):
    import soundfile

    run_distill([tones], tmp_path / "out")
    for sample in DatasetReader(tmp_path / "out"):
        source, rate_hz = soundfile.read(tones / sample.row["source_path"], dtype="float32")
        start = round(sample.row["start_s"] * rate_hz)
        waveform, stored_hz = sample.waveform()
        assert stored_hz == rate_hz
        assert np.array_equal(waveform[0], source[start : start + waveform.shape[1]])
        assert sample.fields()["prompt"] == sample.prompt == sample.row["prompt"]


def test_equal_bytes_are_one_clip_and_a_named_duplicate(tones, tmp_path):
    shutil.copy(tones / "3.wav", tones / "copy.wav")
    summary = run_distill([tones], tmp_path / "out")
    assert summary.counts["sources_duplicate"] == 1 and summary.counts["windows_committed"] == 13
    plan = pd.read_parquet(tmp_path / "out" / "plan")
    assert plan[plan.duplicate_of != ""][["source_path", "duplicate_of"]].values.tolist() == [
        ["copy.wav", "tones/3.wav"]
    ]


def test_a_long_source_is_split_over_shards_and_a_short_tail_is_accounted_for(tmp_path):
    write_tone(tmp_path / "in" / "long.wav", 300.0, 60.5)
    summary = run_distill([tmp_path / "in"], tmp_path / "out")
    assert summary.counts["windows"] == 7 and summary.counts["windows_filtered"] == 1
    assert summary.counts["sources"] == summary.counts["sources_read"] == 1
    manifest = pd.read_parquet(tmp_path / "out" / "manifest")
    assert manifest.start_s.tolist() == [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["window", "reason"]].values.tolist() == [[6, "short_tail"]]


def test_silence_is_refused_as_a_whole_and_filtered_in_part(tmp_path):
    import soundfile

    write_tone(tmp_path / "in" / "tone.wav")
    soundfile.write(tmp_path / "in" / "silent.wav", np.zeros(160_000), 8_000)
    part = np.concatenate([np.zeros(80_000), 0.5 * np.sin(np.arange(80_000))])
    soundfile.write(tmp_path / "in" / "part.wav", part, 8_000)
    summary = run_distill([tmp_path / "in"], tmp_path / "out")
    assert summary.windows_close and summary.sources_close
    left = pd.read_parquet(tmp_path / "out" / "quarantine").set_index("source_path")
    assert left.loc["silent.wav", "reason"] == "all_silent" and left.loc["silent.wav", "n_windows"] == 2
    assert left.loc["part.wav", "reason"] == "silent_window" and left.loc["part.wav", "window"] == 0
    assert summary.counts["sources_refused"] == 1


def test_a_long_source_that_begins_silent_is_read(tmp_path):
    import soundfile

    sound = np.concatenate([np.zeros(240_000), 0.5 * np.sin(np.arange(240_000))])
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "x.wav", sound, 8_000)
    counts = run_distill([tmp_path / "in"], tmp_path / "out", samples_per_shard=2).counts
    assert (counts["sources_read"], counts["sources_refused"]) == (1, 0)
    assert (counts["windows_committed"], counts["windows_filtered"], counts["windows_refused"]) == (3, 3, 0)


def test_a_source_that_is_bad_in_part_is_read_in_part(tmp_path):
    import soundfile

    sound = (0.5 * np.sin(np.arange(240_000))).astype(np.float32)
    sound[100_000] = np.nan
    (tmp_path / "in").mkdir()
    soundfile.write(tmp_path / "in" / "x.wav", sound, 8_000, subtype="FLOAT")
    summary = run_distill([tmp_path / "in"], tmp_path / "out")
    counts = summary.counts
    assert (counts["sources_read"], counts["sources_refused"], counts["sources_read_in_part"]) == (1, 0, 1)
    assert (counts["windows_committed"], counts["windows_refused"]) == (2, 1)
    assert summary.sources_close and summary.windows_close
    left = pd.read_parquet(tmp_path / "out" / "quarantine")
    assert left[["window", "reason"]].values.tolist() == [[1, "not_finite"]]


def test_a_file_that_changed_or_went_after_the_plan_costs_one_row(tones, tmp_path, monkeypatch):
    from mkaudio.pipeline import distill as distill_module  # noqa: F401
    from mkaudio.pipeline import index_pass

    seal = index_pass.write_dataset_info

    def change(output, info):
        seal(output, info)
        (tones / "2.wav").unlink()
        write_tone(tones / "5.wav", 1_000.0, 3.0)

    monkeypatch.setattr(index_pass, "write_dataset_info", change)
    summary = run_distill([tones], tmp_path / "out")
    left = pd.read_parquet(tmp_path / "out" / "quarantine").set_index("source_path")
    assert left.reason.to_dict() == {"2.wav": "vanished", "5.wav": "changed"}
    assert summary.sources_close and summary.windows_close and summary.counts["sources_refused"] == 2


def test_append_numbers_on_and_leaves_old_shards_alone(tones, tmp_path):
    out = tmp_path / "out"
    run_distill([tones], out)
    before = digests(out)
    write_tone(tones / "new.wav", 777.0, 1.5)
    shutil.copy(tones / "1.wav", tones / "old-again.wav")
    summary = run_distill([tones], out, mode="append")
    after = digests(out)
    assert all(after[name] == digest for name, digest in before.items() if name != "dataset.json")
    manifest = pd.read_parquet(out / "manifest").sort_values("key")
    assert manifest.source_path.iloc[-1] == "new.wav" and manifest.key.iloc[-1] == "0000000013"
    assert summary.counts["sources"] == 13 and summary.counts["sources_duplicate"] == 1
    assert summary.sources_close and summary.windows_close and list(verify(out)) == []
    with pytest.raises(ValueError, match="nothing to append"):
        run_distill([tones], out, mode="append")


def test_append_tells_twins_among_the_new_from_those_of_what_is_there(tones, tmp_path):
    out = tmp_path / "out"
    run_distill([tones], out)
    write_tone(tones / "new.wav", 777.0, 1.5)
    write_tone(tones / "newer.wav", 778.0, 1.5)
    twins = {"a-twin": "newer", "new-twin": "new", "old-twin": "4", "older-twin": "1", "z-twin": "newer"}
    for copy, original in twins.items():
        shutil.copy(tones / f"{original}.wav", tones / f"{copy}.wav")
    run_distill([tones], out, mode="append")
    plan = pd.read_parquet(out / "plan" / "000001.parquet").set_index("source_path").duplicate_of
    assert {path: original for path, original in plan.items() if original} == {
        "new.wav": "tones/new-twin.wav",
        "newer.wav": "tones/a-twin.wav",
        "old-twin.wav": "tones/4.wav",
        "older-twin.wav": "tones/1.wav",
        "z-twin.wav": "tones/a-twin.wav",
    }


def test_an_output_that_is_not_empty_is_refused(tones, tmp_path):
    run_distill([tones], tmp_path / "out")
    with pytest.raises(ValueError, match=r"not empty.*--resume.*--append"):
        run_distill([tones], tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(ValueError, match=r"thesis\.tex"):
        run_distill([tones], tmp_path / "mine")
    for mode in ("resume", "append"):
        for nothing in ("mine", "mistyped"):
            with pytest.raises(ValueError, match="no dataset that"):
                run_distill([tones], tmp_path / nothing, mode=mode)
    assert not (tmp_path / "mistyped").exists()


def test_resume_with_other_settings_names_them(tones, tmp_path):
    run_distill([tones], tmp_path / "out")
    with pytest.raises(ValueError, match=r"window_s: 10\.0 in the dataset, 5.0 now"):
        run_distill([tones], tmp_path / "out", mode="resume", window_s=5.0)


def test_no_sound_at_all_says_what_was_met(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("x")
    with pytest.raises(ValueError, match="no sound found"):
        run_distill([tmp_path / "in"], tmp_path / "out")


def test_limit_takes_the_first(tones, tmp_path):
    assert run_distill([tones], tmp_path / "out", limit=3).counts["sources"] == 3


@pytest.mark.slow
def test_a_sealed_plan_needs_no_limit_to_be_resumed(tones, tmp_path):
    run_distill([tones], tmp_path / "out", limit=3)
    (tmp_path / "out" / "commits" / "000000.json").unlink()
    before = digests(tmp_path / "out")
    assert run_distill([tones], tmp_path / "out", mode="resume").counts["sources"] == 3
    assert before.items() <= digests(tmp_path / "out").items()


def test_resume_reads_each_marker_once_before_work_and_shows_what_is_left(tones, tmp_path, monkeypatch):
    out, totals, read, read_sealed = tmp_path / "out", {}, [], commit.read_sealed
    run_distill([tones], out)
    left = read_marker(open_storage(out), 1)["counts"]["windows"]
    (out / "commits" / "000001.json").unlink()
    others = [f"commits/{path.name}" for path in sorted((out / "commits").iterdir())]

    @contextmanager
    def watch(what, total, unit):
        totals[what] = (total, [name for name in read if name != "dataset.json"])
        yield lambda progress: None

    for module in (commit, dataset):
        monkeypatch.setattr(
            module, "read_sealed", lambda storage, name: read.append(name) or read_sealed(storage, name)
        )
    run_distill([tones], out, mode="resume", watch=watch)
    assert totals == {"distil": (left, others)}


def test_resume_needs_the_same_inputs(tones, tmp_path):
    run_distill([tones], tmp_path / "out")
    (tmp_path / "out" / "commits" / "000001.json").unlink()
    write_tone(tmp_path / "others" / "x.wav")
    with pytest.raises(ValueError, match="tones is not among --input"):
        run_distill([tmp_path / "others"], tmp_path / "out", mode="resume")


def test_a_damaged_plan_is_not_worked_on(tones, tmp_path):
    run_distill([tones], tmp_path / "out")
    (tmp_path / "out" / "commits" / "000001.json").unlink()
    plan = tmp_path / "out" / "plan" / "000000.parquet"
    plan.write_bytes(plan.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="not the plan that was sealed"):
        run_distill([tones], tmp_path / "out", mode="resume")


@pytest.mark.slow
def test_two_folders_of_one_name_are_not_the_same_input(tmp_path):
    for part, hz in (("train", 300.0), ("test", 900.0)):
        path = write_tone(tmp_path / part / "audio" / "0.wav", hz)
        os.utime(path, ns=(10**18, 10**18))
    run_distill([tmp_path / "train" / "audio"], tmp_path / "out")
    run_distill([tmp_path / "test" / "audio"], tmp_path / "out", mode="append")
    manifest = pd.read_parquet(tmp_path / "out" / "manifest")
    assert sorted(manifest.source_root) == ["audio", "audio-2"] and manifest.source_sha256.nunique() == 2


def test_inputs_in_another_order_give_the_same_bytes(tmp_path):
    for part in ("a", "b"):
        for number in range(6):
            write_tone(tmp_path / part / "audio" / f"{number}.wav", 300.0 + 10 * number + 400 * (part == "b"))
    inputs = [tmp_path / "a" / "audio", tmp_path / "b" / "audio"]
    run_distill(inputs, tmp_path / "out")
    before = digests(tmp_path / "out")
    for shard in ("000001", "000002"):
        (tmp_path / "out" / "commits" / f"{shard}.json").unlink()
    run_distill(inputs[::-1], tmp_path / "out", mode="resume")
    assert digests(tmp_path / "out") == before


def test_a_moved_folder_can_be_resumed_and_an_absent_one_cannot(tones, tmp_path):
    run_distill([tones], tmp_path / "out")
    before = digests(tmp_path / "out")
    (tmp_path / "out" / "commits" / "000001.json").unlink()
    moved = tmp_path / "elsewhere" / "tones"
    moved.mkdir(parents=True)
    with pytest.raises(ValueError, match="is its disk there"):
        run_distill([moved], tmp_path / "out", mode="resume")
    moved.rmdir()
    tones.rename(moved)
    run_distill([moved], tmp_path / "out", mode="resume")
    assert digests(tmp_path / "out") == before


def test_what_was_refused_is_tried_again_by_append(tones, tmp_path, monkeypatch):
    """a.wav goes after the plan, its copy b.wav is a duplicate of nothing: append brings the copy in."""
    shutil.copy(tones / "3.wav", tones / "copy.wav")
    seal = index_pass.write_dataset_info

    def lose(output, info):
        seal(output, info)
        (tones / "3.wav").unlink(missing_ok=True)

    monkeypatch.setattr(index_pass, "write_dataset_info", lose)
    assert run_distill([tones], tmp_path / "out").counts["sources_refused"] == 1
    assert "copy.wav" not in set(pd.read_parquet(tmp_path / "out" / "manifest").source_path)
    summary = run_distill([tones], tmp_path / "out", mode="append")
    assert "copy.wav" in set(pd.read_parquet(tmp_path / "out" / "manifest").source_path)
    assert summary.sources_close and summary.windows_close


def test_a_failed_start_leaves_nothing_in_the_way(tones, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="no sound found"):
        run_distill([tmp_path / "empty"], tmp_path / "out", window_s=5.0)
    assert run_distill([tones], tmp_path / "out").counts["sources"] == 11


def test_labels_and_licence_travel(tmp_path):
    write_tone(tmp_path / "a.wav")
    (tmp_path / "list.csv").write_text("path,label,licence,group\na.wav,a low hum,CC0,tape 3\n")
    run_distill([tmp_path / "list.csv"], tmp_path / "out")
    (sample,) = DatasetReader(tmp_path / "out")
    assert (list(sample.row["labels"]), sample.row["licence"], sample.row["group"]) == (["a low hum"], "CC0", "tape 3")
    assert json.loads(sample.json)["labels"] == "a low hum"


def test_min_score_selects_and_drops_nothing(tones, tmp_path):
    run_distill([tones], tmp_path / "all")
    middle = float(pd.read_parquet(tmp_path / "all" / "manifest").score.median())
    run_distill([tones], tmp_path / "out", min_score=middle)
    manifest = pd.read_parquet(tmp_path / "out" / "manifest")
    selection = pd.read_parquet(tmp_path / "out" / "selections" / "default")
    assert len(manifest) == 13 and 0 < len(selection) < 13
    assert set(selection.key) == set(manifest.key[manifest.score >= middle])
