"""What a run keeps of its begin: the same in any folder, and what is given anew goes before it. How it ends."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from mkaudio.cli.training_run import Asked, Heard, run_training


def test_paths_mean_the_same_in_any_folder_and_addresses_stay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Heard("out", "s3://b/events", "natural", "good", "/val").anywhere()
    assert found == Heard(str(tmp_path / "out"), "s3://b/events", "natural", "good", "/val")
    assert Heard("s3://b/out", templates="mine.toml").anywhere() == Heard(
        "s3://b/out", None, str(tmp_path / "mine.toml")
    )


def test_what_is_given_anew_goes_before_what_was():
    assert Heard(val_data="v").or_else(Heard("d", "e")) == Heard("d", "e", None, None, "v")
    assert Heard(data="other").or_else(Heard("d", "e")).data == "other"


@pytest.mark.parametrize("is_main", [True, False])
@pytest.mark.parametrize(("ended", "stops"), [("interrupt", True), ("max_minutes", False), ("max_steps", False)])
def test_what_waits_for_a_training_hears_that_it_was_interrupted(monkeypatch, tmp_path, capsys, ended, stops, is_main):
    from mkaudio.models.training import loop, loss_plot

    step = 9 if ended == "max_steps" else 5
    monkeypatch.setattr(loop, "train", lambda *_: loop.Outcome(step, ended, Path("last"), is_main))
    monkeypatch.setattr(loss_plot, "draw_losses", lambda *_: "loss.png")
    asked = Asked("train vae", tmp_path, False, Heard("out"), {}, "tiny")
    with pytest.raises(KeyboardInterrupt) if stops else nullcontext():  # typer makes exit code 130 of it
        run_training(asked, SimpleNamespace(curves=()), SimpleNamespace(max_steps=9), None, ["look at it"])
    said = capsys.readouterr().out
    assert ("look at it" in said) == is_main and ("--resume" in said) == (is_main and step < 9)
