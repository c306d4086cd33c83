"""What each part of distilling costs: clips/s of a worker with all of it, and without or beside one part at a time.

    python tests/benchmarks/parts_cost.py [--clips 96] [--rounds 3] [--sounds DIR] [--starter-head FILE]

The same shards of ten-second clips go through the stages in one process, one thread a library, models loaded and warm before
the clock starts. Ways alternate; medians are compared, each with `all` of the same round, so that other work on the machine
weighs on both sides. The second ear, which no run uses, is timed on the same clips by itself, CPU seconds.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import numpy as np
import soundfile
from distill_speed import make_clips
from ray_speed import CONFIG, quiet

from mkaudio.cli.toolbox import StarterToolbox
from mkaudio.models.starter.fetch import fetch_second_ear, fetch_starter
from mkaudio.pipeline import Limits, LocalEngine, open_sources, stages
from mkaudio.pipeline.index_pass import seal_plan
from mkaudio.pipeline.shard_task import ShardTask
from mkaudio.pipeline.task import Workplace
from mkaudio.prompts import lint
from mkaudio.shards import DatasetInfo, open_storage, plan_file, read_dataset_info

FILTERS = {"min_bandwidth_hz": 100.0, "min_duration_s": 0.1}
ALL = "all"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clips", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sounds", type=Path)
    parser.add_argument("--starter-head", type=Path)
    arguments = parser.parse_args()
    factory = StarterToolbox(fetch_starter())
    ways = {
        ALL: (factory, CONFIG),
        "one speed (starter-fast)": (replace(factory, clap="starter-fast"), CONFIG),
        "without the tagger": (replace(factory, experts=("retriever", "labels")), CONFIG),
        "without the retriever": (replace(factory, experts=("tagger", "labels")), CONFIG),
        "without the labels": (replace(factory, experts=("tagger", "retriever")), CONFIG),
        "without lint": (factory, CONFIG),
        "with every filter": (factory, replace(CONFIG, **FILTERS)),
    }
    if arguments.starter_head:
        ways["with the head"] = (replace(factory, starter_head=arguments.starter_head), CONFIG)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
        work = Path(folder)
        clips = make_clips(work / "clips", arguments.clips, arguments.sounds)
        tools = {way: Workplace(of_way) for way, (of_way, _) in ways.items()}
        took = {way: [] for way in ways}
        for number in range(-1, arguments.rounds):  # the first round warms up
            for way, (of_way, config) in ways.items():
                seconds = timed(clips, work / "out", of_way, config, tools[way], without_lint=way == "without lint")
                if number >= 0:
                    took[way].append(seconds)
        print(f"{arguments.clips} clips of ten seconds, {arguments.rounds} rounds, one process, one thread")
        for way, of_way in took.items():
            ratio = statistics.median(one / base for one, base in zip(of_way, took[ALL], strict=True))
            print(f"{way:26} {arguments.clips / statistics.median(of_way):6.1f} clips/s   time / all {ratio:.3f}")
        print(f"{'the second ear, by itself':26} {1000 * second_ear_s(clips):6.1f} ms of CPU a clip")


def timed(clips, output, factory, config, workplace, without_lint):
    """Distil the clips anew and return the seconds of the stages; index and plan are made before the clock starts."""
    storage, sources = open_storage(output), open_sources([clips])
    with LocalEngine(factory, storage, Limits()) as engine:
        info = DatasetInfo(config.as_dict(), factory.fingerprints(), factory.scorer_name)
        seal_plan(storage, info, sources, config, engine, quiet)
    by_root = {source.root_name: source for source in sources}
    n_shards = read_dataset_info(storage).n_shards
    assert workplace.tools
    lint.cache_clear()  # each caption is new once in a run
    with patch.object(stages, "lint_all", list if without_lint else stages.lint_all):
        started = time.perf_counter()
        for shard in range(n_shards):
            ShardTask(storage, plan_file(0), 0, shard, by_root, config).run(workplace)
        seconds = time.perf_counter() - started
    shutil.rmtree(output)
    return seconds


def second_ear_s(clips):
    from mkaudio.models.starter.aisfx import AisfxEar

    ear = AisfxEar(fetch_second_ear())
    waveforms = [soundfile.read(path, dtype="float32")[0].astype(np.float32) for path in sorted(clips.iterdir())[:16]]
    ear.embed(waveforms[:2])
    started = time.process_time()
    ear.embed(waveforms)
    return (time.process_time() - started) / len(waveforms)


if __name__ == "__main__":
    main()
