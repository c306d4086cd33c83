"""The Python of docs/stream.md runs as it stands, on a small dataset in the place of OUT."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

PAGE = Path(__file__).parent.parent / "docs" / "stream.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def run(block, dataset):
    found = {}
    exec(compile(block.replace('"OUT"', repr(str(dataset))), str(PAGE), "exec"), found)
    return found


@pytest.mark.slow
def test_the_blocks_run(noises, tmp_path, monkeypatch):
    monkeypatch.setenv("MKAUDIO_CACHE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    first, loop, accelerated, adapted = BLOCKS
    assert run(first, noises)["sample"].waveform.ndim == 2
    assert run(loop, noises)["stream"].state_dict()["step"] == 0  # the last of the three steps of an epoch
    again = run(loop, noises)["stream"].state_dict()
    assert (again["epoch"], again["step"]) == (2, 0)
    if find_spec("accelerate"):
        run(accelerated, noises)
    batches = list(run(adapted, noises)["train_dl"])
    assert len(batches) == 7
    for reals, metadata in batches:
        assert reals.shape == (4, 2, 65_536) and len(metadata) == 4
        for waveform, one in zip(reals, metadata, strict=True):
            (mask,) = one["padding_mask"]
            assert {"prompt", "seconds_start", "seconds_total"} <= set(one) and one["seconds_total"] == 1
            assert (
                mask.shape == (65_536,)
                and torch.equal(waveform * mask, waveform)
                and waveform[:, int(mask.sum()) - 1].any()
            )
