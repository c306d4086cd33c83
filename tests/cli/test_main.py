"""What a person gets for a wrong line: one clear line and the right exit code."""

import subprocess
import sys

import pytest
from distilling import write_tone

COMMAND = [sys.executable, "-c", "from mkaudio.cli.main import main; main()"]


DISTILL = ("distill", "--engine", "local", "--experts", "tagger")


def run(*arguments, **environment):
    import os

    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def test_help_has_an_example_for_every_command():
    for command in ("fetch", "distill", "select", "inspect", "verify", "audit", "starter-head"):
        assert "Example: mkaudio" in run(command, "--help").stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["distill", "--inptu", "x"], 2, "--input"),
        (["distil", "--input", "x"], 2, "distill"),
        (["distill", "--input", "nowhere"], 2, "no such file or folder"),
        (["distill", "--input", "SOUNDS", "--experts", "taggr"], 2, "did you mean tagger"),
        (["distill", "--input", "SOUNDS", "--experts", "tagger, tagger"], 2, "each expert once"),
        (["distill", "--input", "SOUNDS", "--experts", "tagger", "--caption-bank", "BANK"], 2, "not among --experts"),
        (["distill", "--input", "SOUNDS", "--caption-column", "words"], 2, "there is none"),
        (["distill", "--input", "SOUNDS", "--clap", "laion"], 2, "starter"),
        (["distill", "--input", "SOUNDS", "--window-s", "0"], 2, "0.1 to 600"),
        (["distill", "--input", "SOUNDS", "--store-rate", "70001"], 2, "in steps of 10"),
        (["distill", "--input", "SOUNDS", "--timeout-s", "0"], 2, "more than 0"),
        (["distill", "--input", "SOUNDS", "--engine", "dask"], 2, "there is ray, local"),
        (["distill", "--input", "SOUNDS", "--engine", "local", "--workers", "2"], 2, "need --engine ray"),
        (["distill", "--input", "SOUNDS", "--workers", "0"], 2, "at least 1"),
        (["distill", "--input", "SOUNDS", "--dtype", "bf16"], 2, "bfloat16"),
        (["distill", "--input", "SOUNDS", "--address", "127.0.0.1:1"], 2, "ray start --head"),
        (["distill", "--input", "SOUNDS", "--column", "path=zzz"], 2, "columns of a list"),
        (["distill", "--input", "SOUNDS", "--min-score", "nan"], 2, "a number"),
        (["distill", "--input", "SOUNDS", "--output", "mistyped", "--resume"], 2, "no dataset that"),
        (["distill", "--input", "SOUNDS", "--column", "lable=x"], 2, "label"),
        (["distill", "--input", "SOUNDS", "--caption-bank", "none.txt"], 2, "a caption a line"),
        (
            ["distill", "--input", "SOUNDS", "--caption-bank", "BANK", "--caption-column", "words"],
            2,
            "found path, label",
        ),
        (["distill", "--input", "SOUNDS", "--resume", "--append"], 2, "give one of them"),
        (["distill", "--input", "SOUNDS", "--max-events", "0"], 2, "at least 1"),
        (["select", ".", "--name", "x"], 2, "not a mkaudio dataset"),
        (["select", "x", "--name", "../x"], 2, "letters, digits"),
        (["distill", "--input", "SOUNDS", "--starter-head", "none.safetensors"], 2, "make starter-head"),
        (["starter-head", "--input", "SOUNDS"], 2, "labels.csv: not found"),
        (["inspect", "."], 2, "not a mkaudio dataset"),
        (["verify", "."], 2, "not a mkaudio dataset"),
        (["audit", "."], 2, "not a mkaudio dataset"),
        (["fetch", "startr"], 2, "starter"),
    ],
)
def test_mistakes_are_named(starter, tmp_path, monkeypatch, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    write_tone(tmp_path / "sounds" / "a.wav")
    (tmp_path / "bank.csv").write_text("path,label\na.wav,dog\n")
    places = {"SOUNDS": str(tmp_path / "sounds"), "BANK": str(tmp_path / "bank.csv")}
    found = run(*(places.get(argument, argument) for argument in arguments))
    assert found.returncode == code and said in found.stderr.replace("\n", " "), found.stderr
    assert "Traceback" not in found.stderr


def test_without_the_starter_pack_it_says_how_to_get_it(tmp_path):
    write_tone(tmp_path / "sounds" / "a.wav")
    found = run(
        "distill", "--input", tmp_path / "sounds", "--output", tmp_path / "out", MKAUDIO_CACHE=str(tmp_path / "none")
    )
    assert found.returncode == 2 and "mkaudio fetch starter" in found.stderr and not (tmp_path / "out").exists()


@pytest.mark.slow
def test_inspect_takes_any_folder_name(starter, tmp_path):
    write_tone(tmp_path / "in" / "a.wav", duration_s=0.5)
    output = tmp_path / "out [2021] *"
    assert run(*DISTILL, "--input", tmp_path / "in", "--output", output).returncode == 0
    found = run("inspect", output, "--sql", "select count(*) as clips from manifest")
    assert found.returncode == 0 and "1" in found.stdout


@pytest.mark.slow
def test_too_many_refusals_give_exit_code_3(starter, tmp_path):
    write_tone(tmp_path / "sounds" / "a.wav", duration_s=0.5)
    (tmp_path / "sounds" / "b.wav").write_text("no sound")
    found = run(*DISTILL, "--input", tmp_path / "sounds", "--output", tmp_path / "out")
    assert found.returncode == 3 and "50.0% of the sounds were refused" in found.stderr
    assert (
        run(*DISTILL, "--input", tmp_path / "sounds", "--output", tmp_path / "o2", "--max-refused", "0.5").returncode
        == 0
    )
