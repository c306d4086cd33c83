"""The captions of a real run over the whole folder of labelled sounds, through the other lint; MKAUDIO_SOUNDS names it."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from independent_lint import faults

COMMAND = [sys.executable, "-c", "from mkaudio.cli.main import main; main()"]
SOUNDS = Path(os.environ.get("MKAUDIO_SOUNDS", "sounds"))


@pytest.mark.slow
@pytest.mark.skipif(not (SOUNDS / "labels.csv").is_file(), reason="set MKAUDIO_SOUNDS to a folder with labels.csv")
def test_no_caption_has_a_fault(starter, tmp_path):
    output = tmp_path / "out"
    arguments = ["distill", "--input", SOUNDS / "labels.csv", "--output", output, "--engine", "local"]
    subprocess.run([*COMMAND, *map(str, arguments)], check=True, capture_output=True)
    ledger, manifest = pd.read_parquet(output / "candidates"), pd.read_parquet(output / "manifest")
    used = ledger[ledger.decision != "refused"]
    prompts = manifest.prompt[manifest.prompt != ""]
    assert len(prompts) >= 1000 and set(prompts) <= set(used.text)
    print(
        f"{len(prompts):,} prompts, {used.text.nunique():,} different captions in the ledger, {len(ledger) - len(used):,} refused"
    )
    print(
        ledger.mendings.explode().value_counts().to_string(),
        ledger[ledger.decision == "refused"].reason.value_counts().to_string(),
    )
    sounds = manifest.drop_duplicates(["source_sha256", "start_s"])
    shares = sounds.prompt.value_counts() / len(sounds)
    print(f"the most frequent prompt: {shares.index[0]!r}, {shares.iloc[0]:.2%}")
    without_speech = sounds[sounds.speech_share == 0].prompt.value_counts() / len(
        sounds
    )  # a fifth of the sounds is speech
    assert without_speech.iloc[0] <= 0.02, f"{without_speech.index[0]} is worn out"
    assert not [(text, wrong) for text in used.text.unique() if (wrong := faults(text))]
