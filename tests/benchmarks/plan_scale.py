"""What the driver costs at scale: from a finished index to the sealed plan, a shard's rows, and the resume check.

    python tests/benchmarks/plan_scale.py [--inputs 10000000] [--shards 10000] [--keep DIR]

Makes an index of N inputs without any sound (one in two shares its size with others and is hashed, 1 % are refused, 1 % are
duplicates, one in 10,000 is longer than a shard), then does what the driver does, with the driver's own functions. A peak is
the process's VmHWM up to then, CPU counts all its threads; the index and the markers are made by another process. Listing
and the feeding of hash tasks are shown as a rate, over at most a million inputs: they go at the pace of the disk.
"""

import argparse
import multiprocessing
import os
import pickle
import tempfile
import time
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mkaudio.pipeline import DistillConfig
from mkaudio.pipeline.distill import _unfinished
from mkaudio.pipeline.duplicates import SHA256_BYTES, Digests
from mkaudio.pipeline.index import PART_INPUTS, IndexTask, listed
from mkaudio.pipeline.index_pass import _chunks, _duplicates, _worth_hashing
from mkaudio.pipeline.indexed import read_indexed
from mkaudio.pipeline.known import known
from mkaudio.pipeline.plan import partition, write_plan
from mkaudio.pipeline.rows import read_rows, row_of
from mkaudio.pipeline.sources import Input
from mkaudio.shards import (
    PLAN,
    DatasetInfo,
    Generation,
    open_storage,
    sealed,
    sha256_of,
    shard_files,
    shard_name,
    write_table,
)
from mkaudio.shards.naming import marker_file

SEED, RATE_HZ, SCORER = 7, 44_100, "starter"
SAMPLE = 1_000_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=10_000_000)
    parser.add_argument("--shards", type=int, default=10_000, help="markers that the resume check reads")
    parser.add_argument("--keep", type=Path, help="an index made there is used again")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
        work = arguments.keep or Path(folder)
        apart(make_index, work / "index", arguments.inputs)
        apart(make_markers, work / "dataset", arguments.shards)
        seal_index(work, parts_of(work, arguments.inputs))
        read_shards(work)
        check_resume(work / "dataset", arguments.shards)
        feed(work, min(arguments.inputs, SAMPLE))


def parts_of(work, count):
    return sorted(path.relative_to(work).as_posix() for path in (work / "index").iterdir())[: -(-count // PART_INPUTS)]


def seal_index(work, parts):
    storage, plan = open_storage(work), work / "plan.parquet"
    config, whole, cpu = DistillConfig(), time.perf_counter(), time.process_time()
    nothing = known(storage, DatasetInfo({}, {}, SCORER))
    with timed("read the index's columns, fingerprint"):
        indexed = read_indexed(storage, parts, config)
    with timed("choose what to hash"):
        inputs = _worth_hashing(indexed, nothing, config)
    sha256 = np.random.default_rng(SEED).integers(0, 256, (len(inputs), SHA256_BYTES), np.uint8)
    sha256[50::50] = sha256[49:-1:50]
    digests = Digests(inputs, sha256)
    with timed("find duplicates"):
        same = _duplicates(indexed, digests, nothing)
    with timed("partition"):
        n_windows = indexed.n_windows.copy()
        n_windows[same.inputs] = 0
        where = partition(n_windows, config.samples_per_shard, 0, 0)
    with timed("write the plan"):
        write_plan(plan, indexed, where, digests, same)
    with timed("sha256 of the plan"):
        sha256_of(plan)
    print(
        f"{len(indexed.sizes):,} inputs, {len(inputs):,} hashed, {len(same.inputs):,} duplicates, {where.n_shards:,} shards, "
        f"{len(where.source):,} rows, {plan.stat().st_size / 1e6:.0f} MB: {time.perf_counter() - whole:.1f} s in all, "
        f"CPU {time.process_time() - cpu:.1f} s, "
        f"peak {peak_mb():.0f} MB"
    )


def read_shards(work):
    last = pq.read_table(work / "plan.parquet", columns=["shard"])["shard"][-1].as_py()
    shards = np.linspace(0, last, 22).astype(int).tolist()
    took_ms = []
    for shard in shards:
        started = time.perf_counter()
        assert read_rows(open_storage(work), "plan.parquet", shard)
        took_ms.append(1000 * (time.perf_counter() - started))
    print(
        f"a shard's rows from the plan: first {took_ms[0]:.0f} ms, then {np.median(took_ms[1:]):.0f} ms (median of "
        f"{len(took_ms) - 1}), at most {max(took_ms[1:]):.0f} ms; peak {peak_mb():.0f} MB"
    )


def check_resume(dataset, n_shards):
    generation = Generation("", "", 0, n_shards, 0, 512 * n_shards, 512 * n_shards, {}, {})
    with timed(f"resume check of {n_shards:,} markers"):
        unfinished, n_done = _unfinished(open_storage(dataset), DatasetInfo({}, {}, SCORER, (generation,)))
    assert not unfinished and n_done == 512 * n_shards


def feed(work, count):
    with timed("list, without a disk", count):
        for number, rows in enumerate(_chunks(islice(listed([Names()]), count), PART_INPUTS)):
            pickle.dumps(IndexTask(number, {}, rows, open_storage(work), "x"))
    with timed("feed hash tasks", count):
        indexed = read_indexed(open_storage(work), parts_of(work, count), DistillConfig())
        rows = (row_of(record) for table in indexed.rows_of(np.arange(count)) for record in table.to_pylist())
        for part in _chunks(rows, PART_INPUTS):
            pickle.dumps(part)


class Names:
    root_name = "sounds"

    def inputs(self):
        number = 0
        while True:
            yield Input(path_of(number), "file", 100_000 + number, 10**18 + number)
            number += 1


def path_of(number):
    return f"station-{number // 10_000:05d}/2024-01-01/recording-{number:010d}.wav"


def make_index(folder, count):
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED)
    for part, begin in enumerate(range(0, count, PART_INPUTS)):
        path = folder / f"{shard_name(part)}.parquet"
        if not path.exists():
            write_table(path, index_part(np.arange(begin, min(begin + PART_INPUTS, count)), rng), PLAN)


def index_part(numbers, rng):
    n = len(numbers)
    n_frames = rng.integers(1, 30 * RATE_HZ, n)
    n_frames[numbers % 10_000 == 5_000] = 6_000 * 10 * RATE_HZ
    refused = numbers % 100 == 99
    values = {
        "source_root": ["sounds"] * n, "source_path": [path_of(number) for number in numbers.tolist()],
        "kind": ["file"] * n, "container": ["wav"] * n, "decoder": ["soundfile"] * n,
        "size_bytes": np.where(numbers % 2, 2 * 10**10 + numbers, 882_044 + numbers % 1000),
        "mtime_ns": 10**18 + numbers * 1_000_003, "offset": np.zeros(n, int), "sample_rate_hz": np.full(n, RATE_HZ),
        "channels": np.ones(n, int), "n_frames": n_frames, "bit_depth": np.full(n, 16),
        "refusal": np.where(refused, "truncated", "").tolist(), "refusal_message": [""] * n,
        "labels": [["bird", f"station {number // 10_000}"] for number in numbers.tolist()],
        "shard": np.full(n, -1), "first_window": np.zeros(n, int), "n_windows": np.zeros(n, int),
        "first_key": np.full(n, -1),
    }  # fmt: skip
    return pa.table([pa.array(values.get(field.name, [""] * n), field.type) for field in PLAN], schema=PLAN)


def make_markers(dataset, n_shards):
    for shard in range(n_shards):
        files = {}
        for name in shard_files(shard, SCORER).values():
            (dataset / name).parent.mkdir(parents=True, exist_ok=True)
            (dataset / name).write_bytes(b"x")
            files[name] = {"size_bytes": 1, "sha256": "0" * 64}
        counts = {"sources": 512, "sources_read": 512, "sources_refused": 0, "windows": 512, "windows_committed": 512}
        marker = dataset / marker_file(shard)
        marker.parent.mkdir(parents=True, exist_ok=True)
        content = {"shard": shard, "files": files, "generation": 0, "counts": counts}
        marker.write_bytes(sealed(content))


def apart(function, *arguments):
    """Run a function in a process of its own, so that its memory is not counted."""
    process = multiprocessing.get_context("spawn").Process(target=function, args=arguments)
    process.start()
    process.join()
    assert process.exitcode == 0, function


@contextmanager
def timed(what, count=0):
    started, cpu = time.perf_counter(), time.process_time()
    yield
    took_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    rate = f", {count / took_s:,.0f} inputs/s" if count else ""
    print(f"{what:40} {took_s:7.1f} s  CPU {cpu_s:6.1f} s  peak {peak_mb():6.0f} MB{rate}", flush=True)


def peak_mb():
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
