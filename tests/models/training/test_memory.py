"""Out of memory says which settings to lower; other errors stay what they are."""

import pytest
import torch

from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.memory import OutOfMemoryError, advice, telling_what_to_lower

CONFIG = TrainingConfig(max_steps=1, batch_size=12)


@pytest.mark.parametrize("error", [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."), MemoryError(),
    RuntimeError("CUDA error: out of memory\nmore"),
])  # fmt: skip
def test_every_way_to_run_out_names_the_settings(error):
    with pytest.raises(OutOfMemoryError) as caught, telling_what_to_lower(CONFIG, 2, ("crop_frames", "block_channels")):
        raise error
    said = str(caught.value)
    assert caught.value.__cause__ is error and "\n" not in said
    for part in ("6 sound(s) at a time in each of 2", "accumulate from 1 to 2", "batch_size, now 12",
                 "crop_frames or block_channels", "bfloat16"):  # fmt: skip
        assert part in said


def test_a_real_allocation_that_fails_is_told():
    with pytest.raises(OutOfMemoryError, match="allocate"), telling_what_to_lower(CONFIG, 1, ()):
        torch.empty(1 << 60, dtype=torch.uint8)


def test_other_errors_stay():
    with pytest.raises(RuntimeError, match=r"^shapes$"), telling_what_to_lower(CONFIG, 1, ()):
        raise RuntimeError("shapes")


def test_the_advice_can_be_followed():
    config = TrainingConfig(max_steps=1, batch_size=30, accumulate=3)
    assert "accumulate from 3 to 5 " in advice(config, 2, ())
    last = advice(TrainingConfig(max_steps=1, batch_size=2, precision="bfloat16"), 2, ("width",))
    assert last.endswith("2 process(es): lower width")
