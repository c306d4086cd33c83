"""The product, tiny: the ten real animal sounds through the real models and the real command line."""

import subprocess
import sys

import pandas as pd
import pytest

COMMAND = [sys.executable, "-c", "from mkaudio.cli.main import main; main()"]
ANIMALS = {
    "cat": ("cat", "kitten", "meow"), "cow": ("cow", "cattle"), "dog": ("dog", "puppy"), "duck": ("duck",),
    "frog": ("frog",), "horse": ("horse",), "owl": ("owl",), "pig": ("pig",), "rooster": ("rooster", "chicken"),
    "sheep": ("sheep", "lamb"),
}  # fmt: skip


def mkaudio(*arguments, code=0):
    run = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert run.returncode == code, run.stderr
    return run.stdout + run.stderr


@pytest.fixture(scope="module")
def demo(starter, demo_sounds, tmp_path_factory):
    output = tmp_path_factory.mktemp("product") / "out"
    said = mkaudio("distill", "--input", demo_sounds, "--output", output, "--no-file-names")
    return output, said


def test_at_least_seven_of_ten_prompts_name_the_animal(demo):
    manifest = pd.read_parquet(demo[0] / "manifest")
    right = [
        any(
            word in prompt.lower().split() or f"{word}." in prompt.lower()
            for word in ANIMALS[path.removesuffix(".mp3")]
        )
        for path, prompt in zip(manifest.source_path, manifest.prompt, strict=True)
    ]
    assert len(right) == 10 and sum(right) >= 7, manifest[["source_path", "prompt"]].to_string()


def test_it_says_what_it_did_and_is_quiet_in_a_pipe(demo):
    assert "✓ sources 10 = 10 read" in demo[1] and "✓ windows 10 = 10 committed" in demo[1]
    assert "it/s" not in demo[1] and "clip/s" not in demo[1] and "%|" not in demo[1]


def test_inspect_shows_the_prompts(demo):
    said = mkaudio("inspect", demo[0])
    assert "heard     speech in 0 of 10 clips" in said and "speech in 0 of 10 clips" in demo[1]
    for prompt in pd.read_parquet(demo[0] / "manifest").prompt:
        assert prompt in said
    assert "tagger" in said and "nothing was refused" in said
    assert "10" in mkaudio("inspect", demo[0], "--sql", "select count(*) from candidates where rank = 0")
    assert "10" in mkaudio("inspect", demo[0] / "manifest" / "000000.parquet", "--prompts", "1")


def test_verify_finds_it_whole_and_finds_a_flipped_bit(demo):
    assert "✓ 1 shards are whole" in mkaudio("verify", demo[0])
    tar = demo[0] / "shards" / "000000.tar"
    whole = tar.read_bytes()
    tar.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    try:
        assert "shards/000000.tar: changed" in mkaudio("verify", demo[0], code=1)
    finally:
        tar.write_bytes(whole)


def test_verify_says_that_the_description_is_damaged(demo):
    description = demo[0] / "dataset.json"
    whole = description.read_bytes()
    description.write_bytes(whole.replace(b"window_s", b"window_x", 1))
    try:
        assert "dataset.json: damaged" in mkaudio("verify", demo[0], code=1)
    finally:
        description.write_bytes(whole)


def test_the_ledger_keeps_every_candidate(demo):
    ledger = pd.read_parquet(demo[0] / "candidates")
    assert set(ledger.expert) == {"tagger", "retriever"} and ledger.groupby("key").size().min() >= 3
    assert (ledger[ledger.decision == "kept"].groupby("key").size() == 1).all()
    best = ledger.loc[ledger.groupby("key").score.idxmax()].set_index("key").score
    assert (pd.read_parquet(demo[0] / "manifest").set_index("key").score == best).all()


@pytest.mark.slow
def test_dry_run_writes_nothing(starter, demo_sounds, tmp_path):
    said = mkaudio("distill", "--input", demo_sounds, "--output", tmp_path / "x", "--dry-run")
    assert "clips     10" in said and "time      about" in said and not (tmp_path / "x").exists()
