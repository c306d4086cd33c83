"""Running distill in tests with stand-in models, and looking at what it left."""

import hashlib
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import soundfile
from fakes import FakeToolbox

from mkaudio.pipeline import DistillConfig, Limits, LocalEngine, RayEngine, distill, open_sources, opened_output
from mkaudio.pipeline.index import listed
from mkaudio.pipeline.stages import Distillation
from mkaudio.pipeline.task import Workplace
from mkaudio.shards import open_storage, probe


@contextmanager
def quiet(what, total, unit):
    yield lambda progress: None


def write_tone(path, hz=440.0, duration_s=1.0, rate_hz=8_000):
    path.parent.mkdir(parents=True, exist_ok=True)
    time_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * hz * time_s), rate_hz, subtype="PCM_16")
    return path


def run_distill(
    inputs,
    output,
    mode="new",
    factory=None,
    timeout_s=60.0,
    memory_bytes=None,
    ray=None,
    say=print,
    watch=quiet,
    **settings,
):
    """Distil with stand-in models; `ray` is a `Workers` for the Ray engine."""
    config = DistillConfig(**{"samples_per_shard": 4, "batch_size": 3, **settings})
    factory, storage, limits = factory or FakeToolbox(), open_storage(output), Limits(timeout_s, memory_bytes)
    with opened_output(storage, mode, config, factory) as (info, lock):
        sources = open_sources(inputs, known=info.roots, may_have_moved=mode == "resume")
        engine = (
            LocalEngine(factory, storage, limits, lock)
            if ray is None
            else RayEngine(factory, storage, sources, limits, ray, say)
        )
        with engine:
            return distill(storage, info, sources, config, engine, watch, append=mode == "append")


def distil_here(folder, factory=None, **settings):
    """The stages over a folder of good sounds, in this process and without a dataset: the flow, and its clips with FLACs."""
    config = DistillConfig(**{"batch_size": 3, **settings})
    (source,) = open_sources([folder])
    rows, next_key = [], 0
    for row in listed([source]):
        with source.open(row.as_input()) as handle:
            row = replace(row, **asdict(probe(handle)))
        n_windows = config.n_windows(row.n_frames, row.sample_rate_hz)
        rows.append(replace(row, shard=0, first_key=next_key, n_windows=n_windows))
        next_key += n_windows
    flow = Distillation(rows, {source.root_name: source}, config, Workplace(factory or FakeToolbox()))
    return flow, list(flow.clips())


def digests(output):
    """Everything on disk that counts: path → sha256."""
    return {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(output).rglob("*"))
        if path.is_file() and path.relative_to(output).parts[0] not in (".tmp", "log")
    }
