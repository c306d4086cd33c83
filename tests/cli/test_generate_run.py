"""What is done with the sounds of `mkaudio generate`; the whole way is in test_generate.py."""

import numpy as np
import pytest

from mkaudio.cli.generate_run import _draw
from mkaudio.cli.generated_files import GeneratedFiles
from mkaudio.models.generation.candidates import Candidate
from mkaudio.models.mel import MelConfig


@pytest.mark.parametrize("n_samples", [1, 300])
def test_a_sound_of_any_length_is_drawn(tmp_path, n_samples):
    kept = [Candidate(0, 7, np.zeros(n_samples, np.float32))]
    _draw("a click", kept, MelConfig(n_mels=16), GeneratedFiles(tmp_path / "x.wav", True))
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
