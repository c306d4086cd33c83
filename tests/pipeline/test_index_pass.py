"""The index pass lists while it probes, takes receipts in any order, and takes over what a killed run has done."""

import random
import shutil
from itertools import islice

import pytest
from distilling import quiet, write_tone
from fakes import FakeToolbox

from mkaudio.pipeline import DistillConfig, index_pass, open_sources
from mkaudio.pipeline.index import HashTask, IndexTask
from mkaudio.pipeline.index_pass import seal_plan
from mkaudio.pipeline.task import Workplace
from mkaudio.shards import DatasetInfo, open_storage, plan_file, read_table

PART = 3


class Engine:
    """Holds some tasks at a time and finishes them in a random order."""

    def __init__(self, at_once=1, seed=0):
        self.at_once, self.random, self.taken = at_once, random.Random(seed), []

    def run(self, tasks, report):
        iterator = iter(tasks)
        while held := list(islice(iterator, self.at_once)):
            self.random.shuffle(held)
            for task in held:
                self.taken.append(task)
                yield task, task.run(Workplace(FakeToolbox(), report=report))


@pytest.fixture
def sounds(tmp_path):
    for number in range(20):
        write_tone(tmp_path / "in" / f"{number:02d}.wav", 200.0 + 31 * number, 1.0 + number % 3)
    for copy, original in (("00-again", "13"), ("15-again", "02"), ("19-again", "02")):
        shutil.copy(tmp_path / "in" / f"{original}.wav", tmp_path / "in" / f"{copy}.wav")
    (tmp_path / "in" / "07.wav").write_bytes(b"no sound")
    return tmp_path / "in"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(index_pass, "PART_INPUTS", PART)


def sealed(sounds, output, engine, watch=quiet, **settings):
    config = DistillConfig(samples_per_shard=4, **settings)
    output.mkdir(exist_ok=True)
    info = seal_plan(open_storage(output), DatasetInfo({}, {}, "fake"), open_sources([sounds]), config, engine, watch)
    return info.generations[0].input_fingerprint, read_table(output / plan_file(0))


@pytest.mark.parametrize("seed", range(3))
def test_receipts_in_any_order_give_the_same_plan(sounds, tmp_path, seed):
    fingerprint, plan = sealed(sounds, tmp_path / "in-order", Engine())
    assert plan["source_path"].to_pylist() == sorted(path.name for path in sounds.iterdir())
    twins = {row["source_path"]: row["duplicate_of"] for row in plan.to_pylist() if row["duplicate_of"]}
    assert twins == {"13.wav": "in/00-again.wav", "15-again.wav": "in/02.wav", "19-again.wav": "in/02.wav"}
    scattered = Engine(at_once=5, seed=seed)
    assert (fingerprint, plan) == sealed(sounds, tmp_path / "scattered", scattered)
    assert [task.part for task in scattered.taken] != sorted(task.part for task in scattered.taken)


def test_the_listing_is_not_ahead_of_the_probe_by_more_than_a_part(sounds, tmp_path, monkeypatch):
    seen, ahead, totals = [], [], {}
    listed = index_pass.listed
    monkeypatch.setattr(index_pass, "listed", lambda sources: (seen.append(row) or row for row in listed(sources)))
    run = IndexTask.run
    monkeypatch.setattr(IndexTask, "run", lambda task, place: ahead.append(len(seen)) or run(task, place))

    def watch(what, total, unit):
        totals[what] = total
        return quiet(what, total, unit)

    sealed(sounds, tmp_path / "out", Engine(), watch)
    assert ahead == [3, 6, 9, 12, 15, 18, 21, 23]
    assert totals["probe"] is None and totals["compare files of equal size"] > 0


def test_a_limit_ends_the_listing(sounds, tmp_path):
    _, plan = sealed(sounds, tmp_path / "out", Engine(), limit=4)
    assert plan["source_path"].to_pylist() == ["00-again.wav", "00.wav", "01.wav", "02.wav"]


def test_parts_that_a_killed_run_probed_are_taken_over(sounds, tmp_path, monkeypatch):
    expected = sealed(sounds, tmp_path / "unbroken", Engine())

    class Killed(Engine):
        def run(self, tasks, report):
            yield from islice(super().run(tasks, report), 4)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sealed(sounds, tmp_path / "out", Killed(at_once=5))
    probed, probe = [], IndexTask._probe
    monkeypatch.setattr(IndexTask, "_probe", lambda task, row, place: probed.append(row) or probe(task, row, place))
    assert sealed(sounds, tmp_path / "out", Engine()) == expected
    assert len(probed) == 23 - 4 * PART


def test_a_longer_index_of_an_earlier_run_leaves_no_trace(sounds, tmp_path):
    expected = sealed(sounds, tmp_path / "fresh", Engine(), limit=8)

    class Killed(Engine):
        def run(self, tasks, report):
            yield from super().run(tasks, report)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sealed(sounds, tmp_path / "out", Killed())
    assert sealed(sounds, tmp_path / "out", Engine(), limit=8) == expected


def test_only_what_may_be_alike_or_is_long_is_hashed(sounds, tmp_path):
    write_tone(sounds / "long.wav", 300.0, 45.0)
    write_tone(sounds / "only.wav", 300.0, 7.5)
    engine = Engine()
    _, plan = sealed(sounds, tmp_path / "out", engine)
    hashed = {row.source_path for task in engine.taken if isinstance(task, HashTask) for row in task.rows}
    assert {row["source_path"] for row in plan.to_pylist() if row["sha256"]} == hashed
    assert hashed == {path.name for path in sounds.iterdir()} - {"only.wav", "07.wav"}
