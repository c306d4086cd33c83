"""The command from end to end: what it prints, what it refuses, and how inspect and verify go on from it."""

import re

import pytest
from typer.testing import CliRunner

from mkaudio.cli.main import app
from mkaudio.cli.select_command import select_command


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def said(*arguments):
    found = run(*arguments)
    assert found.exit_code == 0, found.exception or found.output
    return found.stdout


def test_it_prints_the_curve_and_what_changed_and_is_inspected(choir_dataset):
    rule = ("--experts", "labels, tagger", "--prior", "labels=0.5", "--min-score", "0.1")
    shown = said("select", choir_dataset, "--name", "dry", *rule, "--dry-run")
    assert "dry: 10 of 10 clips (100.0%), 0.00 h: not written (--dry-run)" in shown
    assert not (choir_dataset / "selections/dry").exists()
    shown = said("select", choir_dataset, "--name", "mine", *rule)
    assert len(re.findall(r"^ +0\.\d{3} +\d+ +0\.00 +\d+\.\d% +█*$", shown, re.MULTILINE)) == 10
    assert re.search(r"against default: 0 clips added, 0 dropped, [1-9] with another prompt", shown)
    assert re.search(r"(tagger|retriever) +→ labels +[1-9]", shown) and ": written" in shown
    assert "mine: 10 of 10 clips (100.0%), 0.00 h: already there" in said(
        "select", choir_dataset, "--name", "mine", *rule
    )
    labels = said("inspect", choir_dataset, "--selection", "mine")
    assert "10 have a prompt in selection mine" in labels and re.search(r"labels +[1-9]", labels)
    query = ("--sql", "select count(*) as n from selection where expert = 'retriever'")
    assert said("inspect", choir_dataset, "--selection", "mine", *query).split() == ["n", "0"]
    assert said("inspect", choir_dataset, *query).split() != ["n", "0"]


def test_repair_says_how_to_make_a_selection_again(choir_dataset):
    rule = (
        "--prior=labels=-0.05",
        "--where=duration_s > 0.6",
        "--relative-to-label=-0.1",
        "--top-k=2",
        "--experts=labels,tagger",
    )
    said("select", choir_dataset, "--name", "mine", *rule)
    before = (choir_dataset / "selections/mine/selection.json").read_bytes()
    (choir_dataset / "selections/mine/000001.parquet").unlink()
    shown = said("verify", choir_dataset, "--repair")
    assert "removed selection mine" in shown and "--resume" not in shown
    command = next(line for line in shown.splitlines() if line.startswith("make it again: "))
    import shlex

    said(*shlex.split(command.removeprefix("make it again: mkaudio ")))
    assert (choir_dataset / "selections/mine/selection.json").read_bytes() == before
    said("verify", choir_dataset)


def test_a_lost_rule_is_named_so():
    assert select_command("out", "mine", None).endswith("with its rule, which is lost with its marker")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--prior", "labels"], "--prior labels: write it as labels=0.05"),
        (["--prior", "labels=x"], "--prior labels=x"),
        (["--prior", "labels=1", "--prior", "labels=2"], "each expert once"),
        (["--prior", "labels=nan"], "a number"),
        (["--experts", " , "], "name at least one"),
        (["--experts", "taggr"], "no such expert; it has labels, retriever, tagger"),
        (["--min-percentile", "95"], "0 to 1"),
        (["--top-k", "0"], "at least 1"),
        (["--where", "scor > 1"], "the columns are key, candidate"),
        (["--against", "nope"], "there is default"),
        (["--name", "default"], "distill's own"),
    ],
)
def test_mistakes_are_named(choir_dataset, arguments, what):
    found = run("select", choir_dataset, *([] if "--name" in arguments else ["--name", "mine"]), *arguments)
    assert isinstance(found.exception, ValueError) and what in str(found.exception), found.output
    assert not (choir_dataset / "selections/mine").exists()


def test_inspect_names_a_selection_that_is_not_there(choir_dataset):
    assert "there is default" in str(run("inspect", choir_dataset, "--selection", "mine").exception)
    one = choir_dataset / "manifest" / "000000.parquet"
    assert "is one file" in str(run("inspect", one, "--selection", "mine").exception)
