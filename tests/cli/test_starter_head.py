"""A head by the command line, and a dataset made with it, which is another scorer's."""

import os
import shutil
import subprocess
import sys

import pandas as pd
import pytest

COMMAND = [sys.executable, "-c", "from mkaudio.cli.main import main; main()"]
LABELS = """path,set,split,label
cat.mp3,one,train,cat
cow.mp3,one,train,cow
frog.mp3,two,train,frog
owl.mp3,two,train,owl
pig.mp3,three,val,pig
dog.mp3,three,val,dog
"""


def run(*arguments):
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, env=dict(os.environ)
    )


@pytest.mark.slow
def test_trained_used_and_told_apart(starter, demo_sounds, tmp_path):
    sounds, head = tmp_path / "sounds", tmp_path / "head" / "head.safetensors"
    sounds.mkdir()
    for line in LABELS.splitlines()[1:]:
        shutil.copy(demo_sounds / line.split(",", maxsplit=1)[0], sounds)
    (sounds / "labels.csv").write_text(LABELS)
    trained = run("starter-head", "--input", sounds, "--output", head.parent)
    assert trained.returncode == 0, trained.stderr
    assert (head.parent / "README.md").read_text() in trained.stdout and "4 labelled sounds" in trained.stdout

    distil = ("distill", "--engine", "local", "--input", sounds, "--output", tmp_path / "out")
    done = run(*distil, "--starter-head", head)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "out" / "embeddings").iterdir()] == ["starter+head"]
    scorers = pd.read_parquet(tmp_path / "out" / "manifest")["scorer"]
    assert len(scorers) == 6 and scorers.str.startswith("starter+head:").all()
    assert run("verify", tmp_path / "out").returncode == 0

    other = run(*distil, "--resume")  # without the head it would not be the same dataset
    assert other.returncode == 2 and "scorer" in other.stderr
