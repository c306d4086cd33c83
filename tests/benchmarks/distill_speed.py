"""What `mkaudio distill` costs beyond what nobody can leave out.

    python tests/benchmarks/distill_speed.py [--clips 2000] [--sounds DIR]

Makes ten-second clips (44.1 kHz, mono, 16 bit WAV) from the demo's animal sounds, or from the WAVs and Oggs under DIR, and
times, one after the other in this one run:

    bare loop   hash, decode, resample, YAMNet, FLAC encode, tar and Parquet write, in one process
    command     `mkaudio distill`, whole: start, index, plan, candidates, scores, ledger, commit

each pinned to one CPU, then each on two CPUs (the bare loop's network with two threads). Also prints the worker's own
memory (anonymous pages, median) when a tenth of the clips was through, and near the end.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import soundfile
import soxr

from mkaudio.models.starter.fetch import fetch_demo_sounds, fetch_starter

RATE_HZ, CLIP_S, SEED = 44_100, 10, 7
MKAUDIO = "from mkaudio.cli.main import main; main()"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clips", type=int, default=2000)
    parser.add_argument("--sounds", type=Path)
    parser.add_argument("--bare", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        bare_loop(Path(arguments.bare[0]), Path(arguments.bare[1]), int(arguments.bare[2]))
        return
    fetch_starter()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR", "/var/tmp")) as folder:
        clips = make_clips(Path(folder) / "clips", arguments.clips, arguments.sounds)
        warm = Path(folder) / "warm"
        run(
            [
                sys.executable,
                "-c",
                MKAUDIO,
                "distill",
                "--engine",
                "local",
                "-i",
                str(clips),
                "-o",
                str(warm),
                "--limit",
                "20",
            ],
            {0, 1},
            1,
            warm,
        )
        for cpus in ({0}, {0, 1}):
            threads = len(cpus)
            bare = [sys.executable, __file__, "--bare", str(clips), str(Path(folder) / f"bare{threads}"), str(threads)]
            bare_s, _ = run(bare, cpus, threads, Path(folder))
            output = Path(folder) / f"out{threads}"
            command = [
                sys.executable,
                "-c",
                MKAUDIO,
                "distill",
                "--engine",
                "local",
                "--input",
                str(clips),
                "--output",
                str(output),
            ]
            command_s, memory = run(command, cpus, threads, output)
            for what, took_s in (("bare loop", bare_s), ("command", command_s)):
                rate = arguments.clips / took_s
                print(
                    f"{threads} CPU  {what:9}  {took_s:7.1f} s  {rate:6.1f} clips/s  {rate * CLIP_S:6.0f} x real time"
                )
            print(f"{threads} CPU  command / bare loop: {bare_s / command_s:.3f} of its speed")
            print(f"{threads} CPU  worker's memory: {memory_line(memory, arguments.clips)}")


def make_clips(folder, count, sounds):
    """Every clip is a few real sounds, cut and put one after the other."""
    folder.mkdir()
    sources = sorted(
        path for path in (sounds or fetch_demo_sounds()).rglob("*") if path.suffix in {".wav", ".mp3", ".ogg"}
    )
    rng = np.random.default_rng(SEED)
    pool = []
    for path in rng.permutation(sources)[:300]:
        waveform, rate_hz = soundfile.read(path, dtype="float32", always_2d=True) if readable(path) else (None, 0)
        if waveform is not None:
            pool.append(soxr.resample(waveform[: 10 * rate_hz].mean(axis=1), rate_hz, RATE_HZ))
    for number in range(count):
        parts, have = [], 0
        while have < CLIP_S * RATE_HZ:
            part = pool[rng.integers(len(pool))] * rng.uniform(0.3, 1.0)
            parts.append(part[rng.integers(max(1, len(part) // 4)) :])
            have += len(parts[-1])
        soundfile.write(folder / f"{number:05d}.wav", np.concatenate(parts)[: CLIP_S * RATE_HZ], RATE_HZ, "PCM_16")
    return folder


def readable(path):
    try:
        return soundfile.info(path).frames > 0
    except soundfile.LibsndfileError:
        return False


def bare_loop(clips, output, threads):
    """What nobody can leave out, in a plain loop over batches of 16."""
    import hashlib
    import io
    import tarfile

    import pandas as pd
    import torch

    from mkaudio.models.starter.yamnet import YamnetEar
    from mkaudio.shards import dequantise, encode_flac, quantise

    torch.set_num_threads(threads)
    ear = YamnetEar(fetch_starter())
    output.mkdir()
    paths = sorted(clips.iterdir())
    for shard, begin in enumerate(range(0, len(paths), 512)):
        rows = []
        with tarfile.open(output / f"{shard}.tar", "w") as tar:
            for first in range(begin, min(begin + 512, len(paths)), 16):
                batch = []
                for path in paths[first : min(first + 16, begin + 512)]:
                    data = path.read_bytes()
                    digest = hashlib.sha256(data).hexdigest()
                    waveform, rate_hz = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
                    samples = quantise(waveform.T, 16)
                    heard = soxr.resample(dequantise(samples, 16)[0], rate_hz, 16_000, quality="HQ")
                    batch.append((path, digest, encode_flac(samples, rate_hz, 16), heard))
                for (path, digest, flac, _), one in zip(batch, ear.listen([item[3] for item in batch]), strict=True):
                    info = tarfile.TarInfo(f"{path.stem}.flac")
                    info.size = len(flac)
                    tar.addfile(info, io.BytesIO(flac))
                    rows.append({"key": path.stem, "sha256": digest, "best": int(one.posteriors.mean(axis=0).argmax())})
        pd.DataFrame(rows).to_parquet(output / f"{shard}.parquet")


def run(command, cpus, threads, output):
    """Time a command from outside; return seconds and the (clips through, bytes) of its biggest process."""
    threads_env = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    (output.parent / "tmp").mkdir(exist_ok=True)
    environment = {**os.environ, **threads_env, "HF_HUB_OFFLINE": "1", "TMPDIR": str(output.parent / "tmp")}
    memory, started = [], time.perf_counter()
    os.sched_setaffinity(0, cpus)  # the child inherits it
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    done = threading.Event()

    def sample():
        while not done.wait(0.5):
            memory.append((clips_through(output), resident(process.pid)))

    watcher = threading.Thread(target=sample)
    watcher.start()
    code = process.wait()
    took_s = time.perf_counter() - started
    done.set()
    watcher.join()
    assert code == 0, command
    return took_s, memory


def resident(pid):
    """Bytes of the biggest process among a process and its children, shared library pages left out."""
    biggest = 0
    for process in [pid, *children(pid)]:
        try:
            fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
            biggest = max(biggest, int(fields["RssAnon"].split()[0]) * 1024)
        except (OSError, KeyError):
            continue
    return biggest


def children(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def clips_through(output):
    """Committed clips, and those of the shard in work, by the journal."""
    done = sum(1 for _ in output.glob("commits/*.json")) * 512
    journal = next(iter((output.parent / "tmp").glob("mkaudio-*/journal")), output)
    return done + (journal.read_text().count('\n-"') if journal.is_file() else 0)


def memory_line(memory, clips):
    early = [size for through, size in memory if 0.08 * clips <= through <= 0.15 * clips]
    late = [size for through, size in memory if 0.9 * clips <= through]
    early_mb, late_mb = np.median(early) / 1e6, np.median(late) / 1e6
    return f"{early_mb:.0f} MB at a tenth of the clips, {late_mb:.0f} MB at nine tenths and after, {max(late) / 1e6:.0f} at most"


if __name__ == "__main__":
    main()
