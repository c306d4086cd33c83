"""What is drawn of a generated sound; the whole way is in tests/cli/test_generate.py."""

import numpy as np
import pytest

from mkaudio.models.generation.drawn import draw_sound
from mkaudio.models.mel import MelConfig


@pytest.mark.parametrize("n_samples", [1, 300])
def test_a_sound_of_any_length_is_drawn(tmp_path, n_samples):
    draw_sound(tmp_path / "x.png", "a click", np.zeros(n_samples, np.float32), MelConfig(n_mels=16))
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
