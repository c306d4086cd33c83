"""The vocoder by its name; Griffin-Lim as one."""

import numpy as np
import pytest
import torch
from sounds import strongest_hz, tone

from mkaudio.models.generation.vocoder import load_vocoder
from mkaudio.models.mel import LogMel, MelConfig, griffin_lim

MEL = MelConfig(n_mels=40)


def test_griffin_lim_gives_each_row_its_own_sound():
    sounds = torch.from_numpy(np.concatenate([tone(hz, 4_096, 16_000) for hz in (440, 1500)]))
    mels = LogMel(MEL)(sounds)
    vocoder = load_vocoder("griffin_lim", MEL)
    made = vocoder(mels)
    assert made.shape == (2, 4_096) and made.dtype == torch.float32 and vocoder.unstated == ()
    for row, hz in enumerate((440, 1500)):
        assert np.array_equal(made[row].numpy(), griffin_lim(mels[row].numpy(), MEL))
        assert abs(strongest_hz(made[row].numpy(), 16_000) / hz - 1) < 0.05


def test_a_name_that_is_none_is_said(tmp_path):
    with pytest.raises(ValueError, match="--vocoder hifi: no such folder; give griffin_lim, or the folder"):
        load_vocoder("hifi", MEL)
    with pytest.raises(ValueError, match=r"no config.json here"):
        load_vocoder(str(tmp_path), MEL)
