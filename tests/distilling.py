"""Running distill in tests with stand-in models, and looking at what it left."""

import hashlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from fakes import FakeToolbox

from mkaudio.pipeline import DistillConfig, LocalEngine, distill, open_sources, opened_output


@contextmanager
def quiet(what, total, unit):
    yield lambda progress: None


def write_tone(path, hz=440.0, duration_s=1.0, rate_hz=8_000):
    path.parent.mkdir(parents=True, exist_ok=True)
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * hz * time_s), rate_hz, subtype="PCM_16")
    return path


def run_distill(inputs, output, mode="new", factory=None, timeout_s=60.0, **settings):
    config = DistillConfig(**{"samples_per_shard": 4, "batch_size": 3, **settings})
    factory = factory or FakeToolbox()
    with (
        opened_output(output, mode, config, factory) as (info, lock),
        LocalEngine(factory, output / ".tmp", timeout_s, (lock,)) as engine,
    ):
        sources = open_sources(inputs, known=info.roots, may_have_moved=mode == "resume")
        return distill(output, info, sources, config, engine, quiet, append=mode == "append")


def digests(output):
    """Everything on disk that counts: path → sha256."""
    return {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(output).rglob("*"))
        if path.is_file() and path.relative_to(output).parts[0] not in (".tmp", "log")
    }
