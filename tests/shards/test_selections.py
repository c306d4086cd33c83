"""Selections on disk: killed at any step, damaged in any way, read back."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from distilling import digests

from mkaudio.pipeline.select import Selector
from mkaudio.pipeline.selection import Rule
from mkaudio.shards import (
    CANDIDATES,
    SELECTION,
    DatasetReader,
    Remedy,
    check_selection,
    open_storage,
    read_dataset_info,
    read_sealed,
    read_table,
    repair,
    sealed,
    selection_names,
    sha256_of,
    stated_selection,
    steps,
    verify,
    write_table,
)

AT_STEPS = Path(__file__).parent.parent / "faults" / "at_steps"
RULE = Rule(top_k=2, max_events=2)
MARKER = "selections/mine/selection.json"


class KilledError(BaseException):
    """Passes every handler of ours, as a kill would."""


def select(dataset, rule=RULE, **more):
    storage = open_storage(dataset)
    return Selector(storage, read_dataset_info(storage), rule).make("mine", **more)


def found(dataset):
    return [str(problem) for problem in verify(dataset)]


@pytest.fixture(scope="module")
def selected(made_choir, tmp_path_factory):
    dataset = shutil.copytree(made_choir, tmp_path_factory.mktemp("selected") / "out")
    select(dataset)
    return dataset


@pytest.fixture
def dataset(selected, tmp_path):
    return shutil.copytree(selected, tmp_path / "out")


def steps_of(monkeypatch, run, die_at=None):
    """Run, and die at the step of that number; return the steps reached."""
    reached = []

    def at_step(step, name):
        reached.append((step, name))
        if len(reached) - 1 == die_at:
            raise KilledError

    monkeypatch.setattr(steps, "at_step", at_step)
    with contextlib.suppress(KilledError):
        run()
    monkeypatch.setattr(steps, "at_step", lambda step, name: None)
    return reached


SOME_STEPS = (0, 2, 9, 10, 11)
"""Before all; a file renamed; the last file named; the marker written and not renamed; renamed."""


@pytest.mark.parametrize(
    ("before", "at"),
    [
        ("another rule", SOME_STEPS),
        *(pytest.param(what, range(14), marks=pytest.mark.slow) for what in ("nothing", "another rule")),
    ],
)
def test_killed_at_a_step_and_run_again(made_choir, selected, tmp_path, monkeypatch, before, at):
    def fresh(folder):
        dataset = shutil.copytree(made_choir, tmp_path / folder)
        if before != "nothing":
            select(dataset, Rule(experts=("labels",)))
        return dataset

    dataset = fresh("whole")
    whole, reached = digests(selected), steps_of(monkeypatch, lambda: select(dataset, anew=True))
    assert len(reached) == 14 and [name for _, name in reached[-4:]] == [MARKER] * 4
    for die_at in at:
        step, name = reached[die_at]
        dataset = fresh(f"out {die_at}")
        assert len(steps_of(monkeypatch, lambda dataset=dataset: select(dataset, anew=True), die_at)) == die_at + 1
        marker = stated_selection(open_storage(dataset), "mine")
        if die_at == 0 and before != "nothing":
            assert marker["rule"]["experts"] == ["labels"], "nothing is touched before all is written"
        else:
            assert (marker is not None) == (name == MARKER and step in {"renamed", "named", "committed"}), (step, name)
        assert (
            all(one.startswith(f"{MARKER}: missing") for one in found(dataset))
            if marker is None
            else not found(dataset)
        )
        select(dataset, anew=True)
        assert digests(dataset) == whole, (step, name)
        shutil.rmtree(dataset)


@pytest.mark.slow
def test_a_real_kill_at_each_step(made_choir, selected, tmp_path):
    code = "import sys; sys.argv[0] = 'mkaudio'; from mkaudio.cli.main import main; main()"

    def run(dataset, die_at):
        trace = tmp_path / "trace"
        trace.write_text("")  # nothing is reached where it is there already
        orders = {"trace": str(trace), "die_at": die_at, "nth": 1, "whom": "self"}
        paths = os.pathsep.join([str(AT_STEPS), *(path for path in sys.path if path)])
        arguments = ["select", str(dataset), "--name", "mine", "--top-k", "2", "--max-events", "2"]
        environment = {**os.environ, "PYTHONPATH": paths, "MKAUDIO_TEST_STEPS": json.dumps(orders)}
        ended = subprocess.run(
            [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, check=False
        )
        return ended.returncode, [json.loads(line) for line in trace.read_text().splitlines()]

    ended, reached = run(shutil.copytree(made_choir, tmp_path / "whole"), ["none", ""])
    assert ended == 0 and len(reached) == 14
    for number, step in enumerate(reached):
        dataset = shutil.copytree(made_choir, tmp_path / f"out {number}")
        assert run(dataset, step)[0] == -signal.SIGKILL
        assert run(dataset, ["none", ""])[0] == 0
        assert digests(dataset) == digests(selected)
        assert step[1] == MARKER or list((dataset / ".tmp" / "staging").iterdir()) == [], (
            "nothing is left of the killed one"
        )


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    path.write_bytes(data)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def test_damage_is_found_and_costs_the_selection_alone(dataset, made_choir):
    files = [path.relative_to(dataset).as_posix() for path in sorted((dataset / "selections" / "mine").iterdir())]
    assert len(files) == 4
    for name in files[:1] + files[-1:]:
        for damage in (flip, cut, os.remove):
            shutil.copytree(dataset, work := dataset.parent / "work")
            damage(work / name)
            problems = list(verify(work))
            assert {problem.where for problem in problems} == {name}, problems
            done = repair(open_storage(work), problems)
            assert done.left == [] and done.removed == {} and not done.must_resume
            assert done.selections == {"mine": RULE.as_dict() if name != MARKER else None}
            assert digests(work) == digests(made_choir), "as before it was made; the totals are not emptied"
            select(work)
            assert digests(work) == digests(dataset)
            shutil.rmtree(work)


def rewrite(dataset, change, shard=0):
    """Change the rows of a shard and seal them, as a fault of ours would leave them."""
    name = f"selections/mine/{shard:06d}.parquet"
    rows = read_table(dataset / name).to_pylist()
    changed = change(rows)
    write_table(dataset / name, rows if changed is None else changed, SELECTION)
    stated = {"size_bytes": (dataset / name).stat().st_size, "sha256": sha256_of(dataset / name)}
    edit(dataset, lambda marker: marker["files"].update({name: stated}))


def edit(dataset, change):
    marker = read_sealed(open_storage(dataset), MARKER)
    change(marker)
    (dataset / MARKER).write_bytes(sealed(marker))


ROWS = {
    "prompt": (lambda rows: rows[0].update(prompt="other"), "is not candidate"),
    "expert": (lambda rows: rows[0].update(expert="other"), "is not candidate"),
    "score": (lambda rows: rows[0].update(score=0.123), "is not candidate"),
    "not finite": (lambda rows: rows[0].update(score=float("nan")), "is not candidate"),
    "candidate": (lambda rows: rows[0].update(candidate=77), "has candidate 77, which the ledger does not have"),
    "key": (lambda rows: rows[0].update(key="0000000099"), "which the ledger does not have"),
    "rank": (lambda rows: rows[0].update(rank=1), "its ranks do not count from 0"),
    "order": (lambda rows: rows[::-1], "its keys are not ascending"),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows_that_say_something_else_under_right_seals(dataset, case):
    change, said = ROWS[case]
    rewrite(dataset, change)
    assert any(one.startswith("selections/mine/000000.parquet") and said in one for one in found(dataset)), found(
        dataset
    )


MARKERS = {
    "another's": (lambda one: one.update(selection="yours"), "is not the marker of selection mine"),
    "no rule": (lambda one: one.update(rule=None), "is not the marker"),
    "a field more": (lambda one: one.update(x=1), "is not the marker"),
    "no ledger": (lambda one: one.update(ledger=[]), "states no ledger"),
    "no hash": (lambda one: one["ledger"].update({"candidates/000000.parquet": "x"}), "states no ledger"),
    "fewer files": (lambda one: one["files"].pop("selections/mine/000000.parquet"), "its files are not those"),
    "other files": (lambda one: one.update(files={"../x": {}}), "its files are not those"),
    "no size": (lambda one: one["files"].update({"selections/mine/000000.parquet": None}), "states no size"),
    "another ledger": (
        lambda one: one["ledger"].update({"candidates/000000.parquet": "0" * 64}), "was made from another ledger"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MARKERS)
def test_a_marker_that_says_something_else(dataset, case):
    change, said = MARKERS[case]
    edit(dataset, change)
    problems = list(verify(dataset))
    assert [problem.where for problem in problems] == [MARKER] and said in problems[0].what
    stale = case == "another ledger"
    assert problems[0].remedy is (Remedy.REPLACE if stale else Remedy.RESELECT)
    done = repair(open_storage(dataset), problems)
    assert (done.left == problems) == stale and (dataset / MARKER).exists() == stale


def test_a_damaged_shard_blames_no_selection(dataset):
    flip(dataset / "candidates" / "000001.parquet")
    (dataset / "commits" / "000002.json").unlink()
    rows = read_table(dataset / "candidates" / "000000.parquet").to_pylist()
    write_table(dataset / "candidates" / "000000.parquet", [row | {"text": "other"} for row in rows], CANDIDATES)
    problems = list(verify(dataset))
    assert {problem.shard for problem in problems} == {0, 1, 2, None} and not any(one.selection for one in problems)
    before = (dataset / MARKER).read_bytes()
    repair(open_storage(dataset), problems)
    assert (dataset / MARKER).read_bytes() == before


def test_the_marker_goes_first(dataset, monkeypatch):
    """Killed while it repairs, it leaves a selection that is not finished, never one that is half gone and looks whole."""
    import importlib

    removed = []
    monkeypatch.setattr(
        importlib.import_module("mkaudio.shards.repair"), "remove_files", lambda storage, names: removed.extend(names)
    )
    flip(dataset / "selections/mine/000001.parquet")
    repair(open_storage(dataset), list(verify(dataset)))
    assert removed == [MARKER, *(f"selections/mine/{shard:06d}.parquet" for shard in range(3))]


def test_strangers_beside_it_are_named_and_stay(dataset):
    for name in ("selections/mine/notes.txt", "selections/a b/000000.parquet", "selections/x.txt"):
        (dataset / name).parent.mkdir(exist_ok=True)
        (dataset / name).write_text("mine")
    flip(dataset / MARKER)
    done = repair(open_storage(dataset), list(verify(dataset)))
    assert sorted(problem.where for problem in done.left) == [
        "selections/a b/000000.parquet", "selections/mine/notes.txt", "selections/x.txt",
    ]  # fmt: skip
    assert (dataset / "selections/mine/notes.txt").exists() and not (
        dataset / "selections/mine/000000.parquet"
    ).exists()


def test_a_reader_gives_the_prompts_of_a_selection(dataset):
    select(dataset, Rule(top_k=2, experts=("retriever",), max_events=1, min_score=0.6), anew=True)
    rows = [
        row for shard in range(3) for row in read_table(dataset / f"selections/mine/{shard:06d}.parquet").to_pylist()
    ]
    plain = {sample.key: sample for sample in DatasetReader(dataset)}
    assert all(sample.prompts == (sample.txt.decode(),) for sample in plain.values()) and len(plain) == 10
    reader = DatasetReader(dataset, selection="mine")
    samples = list(reader)
    assert [sample.key for sample in samples] == sorted({row["key"] for row in rows}) and 0 < len(samples) < 10
    for sample in samples:
        of_key = [row for row in rows if row["key"] == sample.key]
        assert sample.prompts == tuple(row["prompt"] for row in of_key)
        assert sample.prompt == of_key[0]["prompt"] == sample.row["prompt"]
        assert (sample.row["expert"], sample.row["score"]) == ("retriever", of_key[0]["score"])
        assert (sample.flac, sample.txt) == (plain[sample.key].flac, plain[sample.key].txt)
        assert set(sample.row) == set(plain[sample.key].row) and reader.sample(sample.key) == sample
    assert any(sample.prompt != plain[sample.key].prompt for sample in samples)
    assert {len(sample.prompts) for sample in samples} == {1, 2}
    with pytest.raises(KeyError, match="selection mine leaves out"):
        reader.sample(min(set(plain) - {sample.key for sample in samples}))
    default = list(DatasetReader(dataset, selection="default"))
    assert [(sample.key, sample.prompts) for sample in default] == [(key, one.prompts) for key, one in plain.items()]


def test_a_selection_that_is_not_there_or_stale_is_not_read(dataset):
    storage = open_storage(dataset)
    info = read_dataset_info(storage)
    assert selection_names(storage) == ["default", "mine"]
    for name in ("nope", "../default", ""):
        with pytest.raises(ValueError, match="no such selection, or it is damaged; there is default, mine"):
            DatasetReader(dataset, selection=name)
    edit(dataset, lambda marker: marker["ledger"].update({"candidates/000000.parquet": "0" * 64}))
    with pytest.raises(ValueError, match="has changed since it was selected"):
        check_selection(storage, info, "mine")
    cut(dataset / "selections/mine/000001.parquet")
    with pytest.raises(ValueError, match=r"there is default$"):
        check_selection(storage, info, "mine")
