"""The command from end to end: what it prints, and how inspect and verify go on from it."""

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from mkaudio.cli.main import app


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def said(*arguments):
    found = run(*arguments)
    assert found.exit_code == 0, found.exception or found.output
    return found.stdout


@pytest.fixture
def database(tmp_path):
    for number, name in enumerate(("dog_1", "dog_2", "sheep", "track")):
        path = tmp_path / "kit" / f"{name}.wav"
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, np.random.default_rng(number).standard_normal(8_000) * 0.1, 8_000)
    shown = said("events", tmp_path / "kit", "--output", tmp_path / "events", "--rate", "8000")
    return tmp_path / "events", shown


def test_it_says_what_it_kept_and_why_the_rest_was_left_out(database):
    _, shown = database
    assert (
        "clips 4 = 3 events + 1 left out" in shown and "no label names a sound" in shown and "e.g. track.wav" in shown
    )
    assert "2 classes, 3 s; 3 named by a label, 0 by the ear" in shown and "licences: not stated 3" in shown


def test_inspect_shows_classes_and_takes_queries(database):
    folder, _ = database
    shown = said("inspect", folder)
    assert "events    3 of 4 clips" in shown and "Dog: a dog barking" in shown and "no_name" in shown
    assert said("inspect", folder, "--sql", "select sum(duration_s) as s from events").split() == ["s", "3.0"]
    assert run("inspect", folder, "--selection", "x").exit_code == 1


def test_verify_finds_a_flipped_bit(database):
    folder, _ = database
    assert "3 events are whole" in said("verify", folder)
    assert isinstance(run("verify", folder, "--repair").exception, ValueError)
    data = bytearray((folder / "sounds.npy").read_bytes())
    data[-1] ^= 1
    (folder / "sounds.npy").write_bytes(bytes(data))
    found = run("verify", folder)
    assert isinstance(found.exception, RuntimeError) and "sounds.npy: does not have the sha256" in found.stdout


def test_an_address_is_no_place_for_it(tmp_path):
    found = run("events", tmp_path, "--output", "s3://bucket/events")
    assert isinstance(found.exception, ValueError) and "workers map its sounds" in str(found.exception)
