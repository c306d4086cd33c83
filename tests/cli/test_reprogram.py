"""What a person gets of `mkaudio reprogram`: the overview, sentences, and one clear line for what makes no sense."""

import re
from pathlib import Path

import pytest
from static_twin import events_in, recipe_in
from streaming import made_dataset

from mkaudio.cli.main import _with_values


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("reprogram --templates", ["reprogram", "--templates", ""]),
        ("reprogram OUT --templates", ["reprogram", "OUT", "--templates", ""]),
        ("reprogram OUT --templates --seed 3", ["reprogram", "OUT", "--templates", "", "--seed", "3"]),
        ("reprogram OUT --templates -o x", ["reprogram", "OUT", "--templates", "", "-o", "x"]),
        ("reprogram --templates OUT --seed 3", ["reprogram", "--templates", "", "OUT", "--seed", "3"]),
        ("reprogram --templates s3://b/out", ["reprogram", "--templates", "", "s3://b/out"]),
        ("reprogram OUT --templates paper", ["reprogram", "OUT", "--templates", "paper"]),
        ("reprogram --templates paper OUT", ["reprogram", "--templates", "paper", "OUT"]),
        ("reprogram --templates mine.toml OUT", ["reprogram", "--templates", "mine.toml", "OUT"]),
        ("reprogram OUT --templates=paper", ["reprogram", "OUT", "--templates=paper"]),
        ("distill --input OUT", ["distill", "--input", "OUT"]),
    ],
)
def test_bare_templates_mean_the_default_wherever_they_stand(tmp_path, monkeypatch, given, meant):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "OUT").mkdir()
    assert _with_values(given.split()) == meant


def test_the_overview_counts_and_shows_sentences(mkaudio, composable):
    base = (
        "reprogram",
        composable / "clips",
        "--events",
        composable / "events",
        "--recipe",
        composable / "recipe.toml",
    )
    code, shown, _ = mkaudio(*base)
    assert code == 0 and shown.startswith("19 clips an epoch; the first 19 of epoch 0:\n")
    counts = [
        int(number) for number in re.findall(r"^ +(\d+)  with (?:no event|one event|two events);", shown, re.MULTILINE)
    ]
    assert sum(counts) == 19 and min(counts) > 0
    sentences = re.search(r"sentences .*\n((?:  .+\n)+)", shown)[1].splitlines()
    assert len(sentences) == min(12, counts[1] + counts[2])
    assert mkaudio(*base)[1] == shown != mkaudio(*base, "--epochs", "7")[1]
    alone = mkaudio("reprogram", composable / "clips", "--templates")[1]
    assert "no events are composed: give an event database" in alone


def test_show_prints_the_sentences_of_the_stream_and_nothing_else(mkaudio, composable):
    from mkaudio.pipeline.reprogram.recipe_file import read_recipe
    from mkaudio.pipeline.stream import open_samples

    recipe = composable / "recipe.toml"
    base = ("reprogram", composable / "clips", "--events", composable / "events", "--recipe", recipe)
    code, shown, _ = mkaudio(*base, "--templates", "paper", "--seed", "5", "--epochs", "2", "--show", "4")
    settings = read_recipe(recipe) | {"seed": 5}
    opened = open_samples(composable / "clips", events=composable / "events", templates="paper", settings=settings)
    made = (opened.samples[2 * 19 + index] for index in opened.order.clips(2, 0, 19).tolist())
    wanted = [one.prompt for one in made if len(one.provenance.parts) > 1]
    assert code == 0 and shown.splitlines() == wanted[:4]


def test_what_the_line_says_goes_before_what_the_file_says(mkaudio, composable):
    base = ("reprogram", composable / "clips", "--events", composable / "events")
    always = recipe_in(composable.parent / f"{composable.name}.toml", weights=(0.0, 0.0, 1.0))
    assert "19  with no event" not in mkaudio(*base, "--recipe", always)[1]
    assert "19  with no event; 19 drawn" in mkaudio(*base, "--recipe", always, "--n-events", "1,0,0")[1]


WRONG = {
    "nothing": ("", "reprogram needs a dataset"),
    "lists, and more": ("--templates --preview 3", "reprogram needs a dataset"),
    "no dataset there": ("nowhere --templates", "nowhere is not a mkaudio dataset"),
    "no such set": ("CLIPS --templates naturel", "the nearest valid name is 'natural'"),
    "no such set, events": ("CLIPS --events EVENTS --templates paperr", "the nearest valid name is 'paper'"),
    "events are none": ("CLIPS --events CLIPS", "not an event database"),
    "events are not there": ("CLIPS --events nowhere", "not an event database"),
    "no such selection": ("CLIPS --selection good", "--selection good"),
    "epochs in words": ("CLIPS --epochs all", "--epochs all: write 0:3"),
    "no epochs": ("CLIPS --epochs 3:3", "--epochs 3:3: write 0:3"),
    "open epochs": ("CLIPS --epochs 3:", "--epochs 3:: write 0:3"),
    "epochs before the first": ("CLIPS --epochs=-1:2", "--epochs -1:2: write 0:3"),
    "more epochs than names": ("CLIPS --epochs 999999:1000001", "below 1,000,000"),
    "two weights": ("CLIPS --events EVENTS --n-events 1,1", "three weights"),
    "weights in words": ("CLIPS --events EVENTS --n-events a,b,c", "--n-events a,b,c: three weights"),
    "negative weights": ("CLIPS --events EVENTS --n-events=-1,1,1", "none negative"),
    "weights without events": ("CLIPS --n-events 0,1,1", "there is no event database"),
    "channels": ("CLIPS --channels quad", "--channels quad: mono or stereo"),
    "rate": ("CLIPS --rate 1000", "--rate 1000: 2,000 to 655,350"),
    "an odd rate": ("CLIPS --rate 70001", "steps of 10"),
    "seed": ("CLIPS --seed 9223372036854775808", "at most 64 bits"),
    "a short window": ("CLIPS --window-s 0.1", "the longest clip of"),
    "no window": ("CLIPS --window-s 0", "0.1 to 600"),
    "recipe": ("CLIPS --recipe BAD", "no setting gap; did you mean gap_s"),
    "no recipe": ("CLIPS --recipe nowhere.toml", "cannot be read"),
    "two things": ("CLIPS --preview 1 --rebuild x", "--preview and --rebuild are different things"),
    "three things": ("CLIPS --preview 1 --show 1 --rebuild x", "--preview and --show and --rebuild are"),
    "resume what": ("CLIPS --resume", "are for writing a dataset into --output"),
    "limit of what": ("CLIPS --preview 1 --output x --limit 3", "are for writing a dataset into --output"),
    "no preview": ("CLIPS --preview 0", "--preview 0: at least 1"),
    "a preview on top": ("CLIPS --preview 1 --output FULL", "not empty; name another folder"),
    "a preview into a file": ("CLIPS --preview 1 --output BAD", "a file; name another folder"),
    "a preview in a store": ("CLIPS --preview 1 --output s3://b/x", "a folder on this machine"),
    "no sentences": ("CLIPS --events EVENTS --show 0", "--show 0: at least 1"),
    "sentences without events": ("CLIPS --show 3", "give an event database"),
    "sentences into a file": ("CLIPS --events EVENTS --show 3 --output x", "leave --output out"),
    "limit": ("CLIPS --output x --limit 0", "--limit 0: at least 1"),
    "scorer": ("CLIPS --output x --clap laion", "there is starter"),
    "engine": ("CLIPS --output x --engine dask", "there is ray, local"),
    "a dataset on top": ("CLIPS --output TWIN", "--resume finishes it, or name another --output"),
    "clips on top": ("CLIPS --output CLIPS", "a dataset that mkaudio distill wrote"),
    "something on top": ("CLIPS --output FULL", "is not empty"),
    "resume nothing": ("CLIPS --output nowhere --resume", "no dataset that --resume could go on with"),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_one_line_and_leave_nothing(mkaudio, composable, starter, monkeypatch, case):
    line, said = WRONG[case]
    monkeypatch.setattr("mkaudio.models.starter.fetch.starter_ready", lambda cache: True)
    monkeypatch.setattr("mkaudio.models.starter.fetch.starter_folder", lambda cache: starter)
    (composable / "bad.toml").write_text("gap = [0.1, 0.2]\n")
    (composable / "full").mkdir(exist_ok=True)
    (composable / "full" / "thesis.txt").touch()
    places = {"CLIPS": "clips", "EVENTS": "events", "TWIN": "twin", "FULL": "full", "BAD": "bad.toml"}
    words = [str(composable / places[word]) if word in places else word for word in line.split()]
    code, shown, complaint = mkaudio("reprogram", *words)
    assert code == 2 and said in complaint and complaint.startswith("mkaudio: ") and complaint.count("\n") == 1, (
        complaint
    )
    assert shown == "" and not any(Path.cwd().iterdir())


def test_a_dataset_that_is_not_finished_says_how_to_finish_it(mkaudio, composable, tmp_path):
    made_dataset(tmp_path / "clips", (2, 3), commit=lambda shard: shard == 0)
    code, _, complaint = mkaudio("reprogram", tmp_path / "clips", "--templates")
    assert code == 2 and "shard 1 is not committed; finish the dataset with --resume" in complaint


def test_an_empty_event_database_composes_nothing_and_says_so(mkaudio, composable, tmp_path):
    folder, recipe = events_in(tmp_path / "events", ()), recipe_in(tmp_path / "recipe.toml", weights=(0.0, 1.0, 1.0))
    code, shown, _ = mkaudio("reprogram", composable / "clips", "--events", folder, "--recipe", recipe)
    assert code == 0 and "19  with fewer than drawn: no unlike event" in shown and "no event is composed" in shown


def test_help_has_an_example(mkaudio):
    code, shown, _ = mkaudio("reprogram", "--help")
    assert code == 0 and "Example: mkaudio reprogram" in shown.replace("\n", " ")
