"""What the Ray engine costs, and what a second worker gains, against bare processes that do the same shards.

    python tests/benchmarks/ray_speed.py [--clips 768] [--rounds 3] [--sounds DIR]

A bare process runs the very same shard tasks in a plain loop: no supervisor, no journal, no Ray. Models are loaded and
warm before the clock starts, on either side; Ray's start-up is timed apart. Rounds alternate; medians are compared.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
os.environ.update(ONE_THREAD)

from distill_speed import make_clips  # noqa: E402 - the environment is set before numpy is loaded

from mkaudio.cli.toolbox import StarterToolbox  # noqa: E402
from mkaudio.models.starter.fetch import fetch_starter  # noqa: E402
from mkaudio.pipeline import DistillConfig, Limits, LocalEngine, RayEngine, Workers, open_sources  # noqa: E402
from mkaudio.pipeline.index_pass import seal_plan  # noqa: E402
from mkaudio.pipeline.shard_task import ShardTask  # noqa: E402
from mkaudio.pipeline.task import Workplace  # noqa: E402
from mkaudio.shards import DatasetInfo, open_storage, plan_file, read_dataset_info  # noqa: E402

CONFIG = DistillConfig(samples_per_shard=48)


@dataclass(frozen=True)
class Warm:
    """Loads the models of a worker; takes long enough that every worker gets one."""

    name: str = "warm"

    def run(self, workplace):
        assert workplace.tools
        time.sleep(4)

    def alone(self, name):
        return self

    def smaller(self):
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clips", type=int, default=768)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sounds", type=Path)
    parser.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        bare(Path(arguments.bare[0]), Path(arguments.bare[1]), arguments.bare[2])
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
        work = Path(folder)
        clips = make_clips(work / "clips", arguments.clips, arguments.sounds)
        sealed = seal(clips, work / "sealed")
        ways = {"bare 1": 1, "bare 2": 2, "ray 1": 1, "ray 2": 2}
        took = {way: [] for way in ways}
        starts = []
        for number in range(arguments.rounds):
            for way, count in ways.items():
                output = work / f"out-{number}-{way.replace(' ', '-')}"
                shutil.copytree(sealed, output)
                if way.startswith("bare"):
                    took[way].append(bare_processes(clips, output, count))
                else:
                    start_s, work_s = on_ray(clips, output, count)
                    took[way].append(work_s)
                    starts.append(start_s)
                assert len(list(output.glob("commits/*.json"))) == read_dataset_info(open_storage(sealed)).n_shards
                shutil.rmtree(output)
                print(f"round {number + 1}: {way}: {took[way][-1]:6.1f} s", flush=True)
    middle = {way: statistics.median(of_way) for way, of_way in took.items()}
    for way, seconds in middle.items():
        print(f"{way}: {seconds:6.1f} s, {arguments.clips / seconds:5.1f} clips/s")
    bare_gain, ray_gain = middle["bare 1"] / middle["bare 2"], middle["ray 1"] / middle["ray 2"]
    print(f"two for one: bare {bare_gain:.3f}, ray {ray_gain:.3f}; ray / bare {ray_gain / bare_gain:.3f}")
    print(f"engine overhead with one worker: {middle['ray 1'] / middle['bare 1'] - 1:+.1%} of the bare process' time")
    print(f"Ray's start-up, preflight and models, counted apart: {statistics.median(starts):.1f} s")


def tasks(clips, output):
    sources = {source.root_name: source for source in open_sources([clips])}
    storage = open_storage(output)
    n_shards = read_dataset_info(storage).n_shards
    return [ShardTask(storage, plan_file(0), 0, shard, sources, CONFIG) for shard in range(n_shards)]


def seal(clips, output):
    factory, storage = StarterToolbox(fetch_starter()), open_storage(output)
    with LocalEngine(factory, storage, Limits()) as engine:
        info = DatasetInfo(CONFIG.as_dict(), factory.fingerprints(), factory.scorer_name)
        seal_plan(storage, info, open_sources([clips]), CONFIG, engine, quiet)
    shutil.rmtree(output / ".tmp")
    return output


class quiet:  # noqa: N801 - stands for the terminal's function `watch`
    def __init__(self, *_):
        pass

    def __enter__(self):
        return lambda _: None

    def __exit__(self, *_):
        pass


def bare_processes(clips, output, count):
    """Start the processes, wait until each has its models, then time them from the starting shot to the last one's end."""
    shot = output / "shot"
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, "--bare", str(clips), str(output), f"{number}/{count}"], stdout=subprocess.PIPE
        )
        for number in range(count)
    ]
    for process in processes:
        assert process.stdout.readline() == b"ready\n"
    started = time.perf_counter()
    shot.touch()
    for process in processes:
        assert process.wait() == 0
    return time.perf_counter() - started


def bare(clips, output, share):
    number, count = map(int, share.split("/"))
    workplace = Workplace(StarterToolbox(fetch_starter()))
    assert workplace.tools
    print("ready", flush=True)
    while not (output / "shot").exists():
        time.sleep(0.01)
    for task in tasks(clips, output)[number::count]:
        task.run(workplace)


def on_ray(clips, output, count):
    import ray_speed  # by its own name: workers cannot import what lives in __main__

    storage, started = open_storage(output), time.perf_counter()
    factory, workers = StarterToolbox(fetch_starter()), Workers(count=count)
    with RayEngine(factory, storage, open_sources([clips]), Limits(), workers, print) as engine:
        for _ in engine.run([ray_speed.Warm(f"warm {number}") for number in range(count)], lambda _: None):
            pass
        start_s = time.perf_counter() - started
        started = time.perf_counter()
        for _ in engine.run(tasks(clips, output), lambda _: None):
            pass
        return start_s, time.perf_counter() - started


if __name__ == "__main__":
    main()
