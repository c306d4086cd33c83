from types import SimpleNamespace

import numpy as np
from fakes import FakeToolbox

from mkaudio.pipeline import DistillConfig
from mkaudio.pipeline.stages import Distillation, wording_seed


def heard(*windows):
    """The clips of (name, sha256, start_s)."""
    waveform = np.sin(np.arange(32_000, dtype=np.float32))
    recordings = SimpleNamespace(composition=lambda item: None)
    distillation = Distillation([], {"root": recordings}, DistillConfig(), SimpleNamespace(tools=FakeToolbox()()))
    return distillation._hear([
        SimpleNamespace(
            heard={16_000: waveform}, duration_s=2.0, sha256=sha256, start_s=start_s,
            row=SimpleNamespace(
                source_root="root", source_path=name, labels=(), language="", as_input=lambda: None
            ),
        )
        for name, sha256, start_s in windows
    ])  # fmt: skip


def test_the_seed_of_wording_is_of_the_content_and_the_start_and_of_nothing_else():
    a, b = "a" * 64, "b" * 64
    clips = heard(("x.wav", a, 0.0), ("x.wav", a, 10.0), ("x.wav", b, 0.0), ("y.wav", a, 0.0))
    one, later, other, twin = (clip.seed for clip in clips)
    assert len({one, later, other}) == 3 and one == twin
    assert [clip.seed for clip in heard(("z.wav", a, 10.0), ("z.wav", a, 0.0))] == [later, one]
    assert wording_seed(a, 10.0) == wording_seed(a, 10.0000001) == later
