"""Writing a static twin by the command line, with the starter models."""

import re

import numpy as np
import pytest
from distilling import digests
from typer import Exit

from mkaudio.cli import reprogram_static
from mkaudio.pipeline.reprogram.recipe_file import read_recipe
from mkaudio.pipeline.stream import open_samples
from mkaudio.shards import DatasetReader, composition_of


@pytest.fixture
def line(composable, starter):
    """The words before --output, in which everything is given."""
    return (
        "reprogram", composable / "clips", "--events", composable / "events", "--recipe", composable / "recipe.toml",
        "--engine", "local", "--cache", starter.parent, "--clap", "starter-fast", "--limit", "5",
    )  # fmt: skip


@pytest.mark.slow
def test_written_looked_at_chosen_from_and_gone_on_with(mkaudio, composable, starter, line):
    code, shown, said = mkaudio(*line, "--output", "twin", "--epochs", "2:4", "--samples-per-shard", "4")
    assert code == 0 and "windows 10 = 10 committed + 0 filtered + 0 refused" in shown
    counts = [
        int(number) for number in re.findall(r"^ +(\d+)  with (?:no event|one event|two events);", shown, re.MULTILINE)
    ]
    assert sum(counts) == 10 and "licences are in the manifest's column parts" in said
    opened = open_samples(
        composable / "clips", events=composable / "events", settings=read_recipe(composable / "recipe.toml")
    )
    numbers = [19 * epoch + index for epoch in (2, 3) for index in range(5)]
    for sample, number in zip(DatasetReader("twin"), numbers, strict=True):
        wanted = opened.samples[number]
        assert np.array_equal(sample.waveform()[0], wanted.waveform) and sample.prompt == wanted.prompt
        assert composition_of(sample.row) == wanted.provenance
    assert "shards are whole" in mkaudio("verify", "twin")[1]
    assert "\ncompositions\n" in (seen := mkaudio("inspect", "twin")[1]) and f"{counts[0]:>8}  X" in seen
    assert mkaudio("select", "twin", "--name", "some", "--min-score", "-1")[0] == 0
    chosen = open_samples("twin", selection="some")
    assert len(chosen.samples) == 10 and chosen.samples[3].prompt == opened.samples[numbers[3]].prompt

    whole = digests("twin")
    other = ("--output", "twin", "--resume", "--epochs")
    code, _, said = mkaudio(*line, *other, "2:5", "--seed", "1", "--templates", "paper", "--samples-per-shard", "4")
    assert code == 2 and "was made with other settings" in said
    assert "epochs: 2:4 in the dataset, 2:5 now" in said and "recipe.seed: 0 in the dataset, 1 now" in said
    assert "templates: natural " in said and ", paper " in said and "samples_per_shard" not in said
    for mode in ("--resume", "--append"):
        code, _, said = mkaudio("distill", "--input", composable, "--output", "twin", "--cache", starter.parent, mode)
        assert code == 2 and "twin was written by mkaudio reprogram: go on with it by that command" in said
    code, shown, _ = mkaudio(*line, *other, "2:4", "--samples-per-shard", "4")
    assert code == 0 and digests("twin") == whole


def test_bars_are_named_after_what_is_done_and_know_how_much_it_is(monkeypatch):
    seen = []
    monkeypatch.setattr("mkaudio.cli.progress.watch", lambda *what: seen.append(what))
    for what in (("probe", None, "file"), ("distil", 8, "clip"), ("verify", 3, "shard")):
        reprogram_static._watch(10, *what)
    assert seen == [("plan", 10, "sample"), ("compose", 8, "clip"), ("verify", 3, "shard")]


def test_without_the_starter_pack_it_says_how_to_get_it(mkaudio, composable):
    code, _, said = mkaudio("reprogram", composable / "clips", "--output", "twin", "--cache", "nowhere")
    assert code == 2 and "mkaudio fetch starter" in said


def test_refused_compositions_are_told_and_give_exit_code_3(monkeypatch, composable, capsys):
    """A composition kills its worker three times: what was refused is no reason to be silent."""
    from static_twin import HereEngine, StaticToolbox

    from mkaudio.cli.engines import EngineChoice
    from mkaudio.pipeline.reprogram.source import CompositionSource
    from mkaudio.shards import Reason, Refusal

    def fails(self, item):
        if item.path.endswith("3"):
            raise Refusal(Reason.DECODE_ERROR, "for the test")
        return opens(self, item)

    opens = CompositionSource.open
    monkeypatch.setattr(CompositionSource, "open", fails)
    monkeypatch.setattr(HereEngine, "verdicts", {}, raising=False)
    monkeypatch.setattr(EngineChoice, "engine", lambda self, *what: HereEngine(*what))
    monkeypatch.setattr(reprogram_static, "_factory", lambda *what: StaticToolbox())
    where = reprogram_static.Where("starter", 8, 5, "local", None, None, False, None)
    opened = open_samples(
        composable / "clips", events=composable / "events", settings=read_recipe(composable / "recipe.toml")
    )
    with pytest.raises(Exit) as ended:
        reprogram_static.write_static(opened, range(2), "twin", where)
    captured = capsys.readouterr()
    assert ended.value.exit_code == 3 and "2 compositions were refused" in captured.err
    assert "sources 10 = 8 read + 2 refused" in captured.out
