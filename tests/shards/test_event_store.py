"""Events go to disk and come back to the bit; what is there is refused where it is no event database, or a damaged one."""

import pickle

import numpy as np
import pytest

from mkaudio.shards import EventsInfo, EventStore, LocalStorage, check_room, write_events
from mkaudio.shards.verify_events import check_events

SOUNDS = [np.arange(-5, 100, dtype=np.int16), np.array([-32768, 32767], np.int16), np.full(1_000, 7, np.int16)]


def row(number, samples):
    peak = 20 * np.log10(max(np.abs(samples.astype(int)).max(), 1) / 32768)
    return {
        "label": f"class {number}", "noun": f"a thing {number}", "clauses": [f"thing {number} is heard", "it sounds"],
        "plural": number == 1, "lasts": number == 2, "named_by": "label", "confidence": 0.5, "level_dbfs": -20.0,
        "peak_dbfs": round(float(peak), 2), "n_frames": len(samples), "duration_s": len(samples) / 16_000, "source": "in",
        "source_root": "in", "source_path": f"{number}.wav", "source_sha256": "0" * 64, "source_key": "", "start_s": 1.5,
        "source_rate_hz": 44_100, "end_s": 2.5, "group": "g", "licence": "CC0", "attribution": "me", "source_url": "",
    }  # fmt: skip


def made(folder, sounds=SOUNDS):
    storage = LocalStorage(folder)
    info = EventsInfo(16_000, {"seed": 0}, [], {"looked_at": 5, "kept": len(sounds), "left_out": {}}, {})
    with storage.staging("events") as staging:
        write_events(storage, staging, info, [row(number, one) for number, one in enumerate(sounds)], iter(sounds))
    return folder


@pytest.fixture
def folder(tmp_path):
    return made(tmp_path / "events")


def test_sounds_and_rows_come_back_to_the_bit(folder):
    store = EventStore(folder)
    assert len(store) == 3 and store.sample_rate_hz == 16_000
    for number, samples in enumerate(SOUNDS):
        assert np.array_equal(store.samples(number), samples) and store.n_frames(number) == len(samples)
        event = store.event(number)
        stated = row(number, samples) | {"clauses": tuple(row(number, samples)["clauses"])}
        assert {name: getattr(event, name) for name in stated} == stated
        assert (event.number, event.key) == (number, f"{number:010d}")
    assert store.column("label") == ["class 0", "class 1", "class 2"]
    with pytest.raises(IndexError, match="no event 3"):
        store.event(3)


def test_samples_are_views_on_the_file_that_cannot_be_written(folder):
    store = EventStore(folder)
    first = store.samples(2)
    assert np.shares_memory(first, store.samples(2)) and not first.flags.writeable


def test_a_worker_opens_it_by_its_folder(folder):
    store = EventStore(folder)
    sent = pickle.dumps(store)
    assert len(sent) < 500
    again = pickle.loads(sent)
    assert again.fingerprint == store.fingerprint and np.array_equal(again.samples(0), SOUNDS[0])


def test_equal_events_give_equal_bytes_and_a_changed_sound_another_fingerprint(folder, tmp_path):
    again, other = made(tmp_path / "again"), made(tmp_path / "other", [*SOUNDS[:2], SOUNDS[2] + 1])
    for name in ("events.json", "events.parquet", "sounds.npy"):
        assert (folder / name).read_bytes() == (again / name).read_bytes()
    assert EventStore(folder).fingerprint == EventStore(again).fingerprint != EventStore(other).fingerprint


def test_what_is_no_event_database_is_named(tmp_path, folder):
    with pytest.raises(ValueError, match=r"is not an event database.*mkaudio events"):
        EventStore(tmp_path / "nothing")
    (folder / "events.json").write_text((folder / "events.json").read_text().replace("16000", "44100"))
    with pytest.raises(ValueError, match=r"events\.json: damaged"):
        EventStore(folder)


def test_another_version_is_named(folder, monkeypatch):
    monkeypatch.setattr("mkaudio.shards.event_schema.EVENTS_VERSION", 2)
    with pytest.raises(ValueError, match="version 1; this mkaudio reads version 2"):
        EventStore(folder)


def test_a_file_that_is_short_or_gone_is_named(folder):
    with (folder / "sounds.npy").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ValueError, match=r"sounds\.npy: has .* bytes.*--replace"):
        EventStore(folder)
    (folder / "sounds.npy").unlink()
    with pytest.raises(ValueError, match=r"sounds\.npy: is missing"):
        EventStore(folder)


def test_room_is_made_only_where_nothing_of_value_lies(folder, tmp_path):
    with pytest.raises(ValueError, match="an event database already; --replace"):
        check_room(LocalStorage(folder), anew=False)
    check_room(LocalStorage(folder), anew=True)
    (folder / "events.json").unlink()  # what a killed run leaves: no description
    check_room(LocalStorage(folder), anew=False)
    (folder / "thesis.doc").touch()
    with pytest.raises(ValueError, match=r"has thesis\.doc"):
        check_room(LocalStorage(folder), anew=True)
    check_room(LocalStorage(tmp_path / "new"), anew=False)


def test_a_row_must_tell_the_length_of_its_sound(tmp_path):
    storage, info = LocalStorage(tmp_path / "e"), EventsInfo(16_000, {}, [], {}, {})
    with storage.staging("events") as staging, pytest.raises(ValueError, match="2 samples, its row states 105"):
        write_events(storage, staging, info, [row(0, SOUNDS[0])], [SOUNDS[1]])
    assert not (storage.root / "events.json").exists()


def problems(folder):
    return [str(problem) for problem in check_events(folder)]


def test_a_whole_database_has_no_problem(folder):
    assert problems(folder) == []


@pytest.mark.parametrize("name", ["events.json", "events.parquet", "sounds.npy"])
def test_a_flipped_byte_is_found(folder, name):
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(bytes(data))
    assert len(problems(folder)) == 1 and problems(folder)[0].startswith(name)


def test_what_is_sealed_and_wrong_is_found(tmp_path, monkeypatch):
    def stated(change):
        honest = row
        monkeypatch.setitem(globals(), "row", lambda number, samples: honest(number, samples) | change)
        folder = made(tmp_path / "-".join(change))
        monkeypatch.setitem(globals(), "row", honest)
        return problems(folder)

    assert any("its peak is" in one for one in stated({"peak_dbfs": -1.0}))
    folder = made(tmp_path / "whole")
    (folder / "mine.txt").touch()
    assert problems(folder) == ["mine.txt: no part of an event database"]
    (folder / "sounds.npy").unlink()
    assert "sounds.npy: missing" in problems(folder)
