"""From labelled files, and from a dataset, to a database: what is in it, in which order, and that the bytes do not depend on
anything but the inputs."""

import csv

import numpy as np
import pytest
import soundfile
from distilling import digests, quiet
from sounds import noise, tone

from mkaudio.pipeline.events import EventSettings, LeftOut, build_events, open_inputs
from mkaudio.pipeline.events.build import in_order
from mkaudio.shards import EventStore, LocalStorage

RATE_HZ = 8_000


def write(path, waveform):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, waveform, RATE_HZ, subtype="PCM_16")


def burst(seed, start_s=0.5):
    """A second of noise in three of silence."""
    waveform = np.zeros(3 * RATE_HZ, np.float32)
    first = round(start_s * RATE_HZ)
    waveform[first : first + RATE_HZ] = noise(RATE_HZ, 0.1, seed=seed)[0]
    return waveform


@pytest.fixture
def labelled(tmp_path):
    """Two barks by a list, one of them twice, and what gives no event."""
    folder = tmp_path / "sounds"
    rows = [("a.wav", "dog bark", burst(1)), ("b.wav", "dog bark", burst(2, 1.25)), ("c.wav", "dog bark", burst(1, 0.9) * 0.5),
            ("d.wav", "metal gate", burst(3)), ("e.wav", "swordman attack", burst(4)), ("f.wav", "rain", np.zeros(RATE_HZ)),
            ("g.wav", "dog; rain", burst(5)), ("h.wav", "rain", burst(6) * 0.01)]  # fmt: skip
    for name, _, waveform in rows:
        write(folder / name, waveform)
    (folder / "i.wav").write_bytes(b"RIFF")
    with (folder / "list.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "licence", "uploader"])
        writer.writerows([name, label, "CC0", "u"] for name, label, _ in rows)
        writer.writerow(["i.wav", "dog", "", ""])
    return folder / "list.csv"


def built(inputs, output, workers=2, anew=False, **settings):
    settings = EventSettings(**{"sample_rate_hz": RATE_HZ, **settings})
    return build_events(open_inputs(list(map(str, inputs))), LocalStorage(output), settings, quiet, workers, anew)


def test_labelled_sounds_become_events_without_a_model(labelled, tmp_path):
    report = built([labelled], tmp_path / "events")
    store = EventStore(tmp_path / "events")
    events = [store.event(number) for number in range(len(store))]
    assert [(event.label, event.source_path) for event in events] == [
        ("Bark", "a.wav"), ("Bark", "b.wav"), ("metal gate", "d.wav"),
    ]  # fmt: skip
    assert [event.start_s for event in events] == pytest.approx([0.5, 1.25, 0.5], abs=0.021)
    assert [event.level_dbfs for event in events] == pytest.approx([-20] * 3, abs=0.5)
    assert {(event.licence, event.group, event.named_by, event.confidence) for event in events} == {
        ("CC0", "u", "label", 0.0)
    }
    assert report.looked_at == 9 and report.left_out == {
        LeftOut.NO_NAME: 1, LeftOut.SEVERAL_LABELS: 1, LeftOut.SILENT: 1, LeftOut.TOO_QUIET: 1, LeftOut.UNREADABLE: 1,
        LeftOut.DUPLICATE: 1,
    }  # fmt: skip
    assert store.info.counts == {
        "looked_at": 9, "kept": 3, "classes": 2,
        "left_out": {"unreadable": 1, "no_name": 1, "several_labels": 1, "silent": 1, "too_quiet": 1, "duplicate": 1},
    }  # fmt: skip


def test_the_sound_is_that_of_the_span(labelled, tmp_path):
    built([labelled], tmp_path / "events")
    store = EventStore(tmp_path / "events")
    event, samples = store.event(0), store.samples(0)
    source, _ = soundfile.read(labelled.parent / "a.wav", dtype="int16")
    first = round(event.start_s * RATE_HZ)
    inner = slice(80, -80)  # fades
    assert np.array_equal(samples[inner], source[first : first + len(samples)][inner])


def test_the_same_inputs_give_the_same_bytes_with_any_number_of_workers(labelled, tmp_path):
    for workers in (1, 3):
        built([labelled], tmp_path / f"events-{workers}", workers)
    assert digests(tmp_path / "events-1") == digests(tmp_path / "events-3")


def test_folders_named_by_label_and_texts_beside_sounds(tmp_path):
    write(tmp_path / "in" / "rooster" / "01.wav", burst(1))
    write(tmp_path / "in" / "takes" / "02.wav", burst(2))
    (tmp_path / "in" / "takes" / "02.txt").write_text("sheep")
    built([tmp_path / "in"], tmp_path / "events")
    assert EventStore(tmp_path / "events").column("label") == ["Chicken, rooster", "Sheep"]


def test_a_long_recording_gives_its_beginning(tmp_path):
    write(tmp_path / "in" / "rain.wav", noise(40 * RATE_HZ, 0.1)[0])
    built([tmp_path / "in"], tmp_path / "events", max_s=4.0)
    event = EventStore(tmp_path / "events").event(0)
    assert (event.start_s, event.end_s, event.n_frames) == (0.0, 4.0, 4 * RATE_HZ)


def test_a_whole_database_is_replaced_only_on_request_and_nothing_to_keep_is_said(labelled, tmp_path):
    built([labelled], tmp_path / "events")
    before = digests(tmp_path / "events")
    with pytest.raises(ValueError, match="--replace"):
        built([labelled], tmp_path / "events")
    with pytest.raises(ValueError, match=r"no clip gives an event: 5 sounds for less than --min-s"):
        built([labelled], tmp_path / "events", anew=True, min_s=9.0)
    assert digests(tmp_path / "events") == before
    built([labelled], tmp_path / "events", anew=True, max_per_class=1)
    assert EventStore(tmp_path / "events").column("label") == ["Bark", "metal gate"]
    report = built([labelled], tmp_path / "events", anew=True, classes_only=True)
    assert set(EventStore(tmp_path / "events").column("label")) == {"Bark"} and report.left_out[LeftOut.NO_CLASS] >= 1


def test_a_run_that_dies_leaves_no_database(labelled, tmp_path, monkeypatch):
    def die(step, name):
        if (step, name) == ("renamed", "sounds.npy"):
            raise KeyboardInterrupt

    built([labelled], tmp_path / "events")
    whole = digests(tmp_path / "events")
    monkeypatch.setattr("mkaudio.shards.steps.at_step", die)
    with pytest.raises(KeyboardInterrupt):
        built([labelled], tmp_path / "events", anew=True)
    with pytest.raises(ValueError, match="not an event database"):
        EventStore(tmp_path / "events")
    monkeypatch.undo()
    built([labelled], tmp_path / "events")
    assert digests(tmp_path / "events") == whole


def test_a_dataset_gives_what_the_ear_is_sure_of(made_choir, tmp_path):
    report = built([made_choir], tmp_path / "events", min_confidence=0.5)
    store = EventStore(tmp_path / "events")
    assert report.looked_at == 10 and len(store) + sum(report.left_out.values()) == 10 and len(store) >= 1
    event = store.event(0)
    assert (event.named_by, event.source) == ("ear", "out") and event.confidence >= 0.5 and len(event.source_key) == 10
    assert store.info.sources[0]["kind"] == "dataset"


def test_inputs_that_are_no_use_are_named(tmp_path, labelled):
    with pytest.raises(ValueError, match="no such file"):
        open_inputs([str(tmp_path / "nowhere")])
    with pytest.raises(ValueError, match="named twice"):
        open_inputs([str(labelled), str(labelled)])
    with pytest.raises(ValueError, match="--selection good"):
        open_inputs([str(labelled)], "good")


def test_results_come_in_order_and_errors_in_their_place():
    assert list(in_order(lambda n: n * n, range(20), 3)) == [(n, n * n) for n in range(20)]
    results = in_order(lambda n: 1 // (n - 5), range(20), 3)
    with pytest.raises(ZeroDivisionError):
        list(results)


def test_two_inputs_of_one_name_are_told_apart(tmp_path):
    for number, parent in enumerate(("x", "y")):
        write(tmp_path / parent / "kit" / "dog.wav", burst(number))
    built([tmp_path / "x" / "kit", tmp_path / "y" / "kit"], tmp_path / "events")
    assert EventStore(tmp_path / "events").column("source") == ["kit", "kit-2"]


def test_the_tone_that_is_stored_is_the_tone_that_was_there(tmp_path):
    write(tmp_path / "in" / "dog.wav", tone(440, RATE_HZ, RATE_HZ)[0])
    built([tmp_path / "in"], tmp_path / "events")
    source, _ = soundfile.read(tmp_path / "in" / "dog.wav", dtype="int16")
    assert np.array_equal(EventStore(tmp_path / "events").samples(0), source)


@pytest.mark.slow
def test_a_dataset_in_an_object_store_gives_the_same_events(made_choir, tmp_path, s3):
    s3.put_folder(made_choir, "some/out")
    built([made_choir], tmp_path / "from-folder", min_confidence=0.5)
    built([s3.address("some/out")], tmp_path / "from-store", min_confidence=0.5)
    assert digests(tmp_path / "from-folder") == digests(tmp_path / "from-store")


def test_only_the_clips_of_a_selection_are_looked_at(choir_dataset, tmp_path):
    from mkaudio.pipeline.select import Selector
    from mkaudio.pipeline.selection import Rule
    from mkaudio.shards import open_storage, read_dataset_info

    storage = open_storage(choir_dataset)
    Selector(storage, read_dataset_info(storage), Rule(where="duration_s > 1.0")).make("long")
    settings = EventSettings(RATE_HZ, min_confidence=0.5, selection="long")
    report = build_events(open_inputs([str(choir_dataset)], "long"), LocalStorage(tmp_path / "e"), settings, quiet)
    assert report.looked_at == 4 and all(event.n_frames > RATE_HZ for event in report.kept)
