"""What a composed stream costs beyond what nobody can leave out: reading and decoding the same shards.

    python tests/benchmarks/stream_speed.py DATASET [--events EVENTS] [--rate 16000] [--rounds 5] [--memory-samples 20000]

One after the other in this one run, in rounds, in one process and with two workers, over the same shards at the same rate, into
padded batches of 16; every loader goes through whole epochs, since clips are not equally long:

    floor     WebDataset, soundfile, mono, soxr: clips in the order in which they lie, nothing composed
    naive     the same, and for each of 0, 1 or 2 drawn events its FLAC opened, decoded, resampled and put behind or over the clip
    ours      mkaudio.open_stream: block-shuffled, N uniform in {0, 1, 2}; without --events, the clips alone

The events of `naive` are written as FLACs beforehand, at the rate that they had in their source. A ratio is that of two loaders
in the same round; shown are the median and the range over rounds. Then the anonymous memory of all processes, two workers.
"""

import argparse
import glob
import io
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
import webdataset as wds

import mkaudio
from mkaudio.shards import DatasetReader

BATCH = 16
torch.set_num_threads(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--events", type=Path)
    parser.add_argument("--rate", type=int, default=16_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", default="0,2")
    parser.add_argument("--memory-samples", type=int, default=20_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        loaders = loaders_of(arguments, Path(folder))
        compare(loaders, arguments.rounds, [int(one) for one in arguments.workers.split(",")])
        if arguments.memory_samples:
            memory(arguments, arguments.memory_samples)


def loaders_of(arguments, folder):
    window = round(DatasetReader(arguments.dataset).info.config["window_s"] * arguments.rate)
    shards = sorted(glob.glob(f"{arguments.dataset}/shards/*.tar"))
    loaders = {"floor": lambda workers: plain(shards, workers, Clip(arguments.rate, window))}
    if arguments.events:
        naive = Naive(arguments.rate, window, write_events(arguments.events, folder))
        loaders["naive"] = lambda workers: plain(shards, workers, naive)
    loaders["ours"] = lambda workers: ours(arguments, workers)
    return loaders


def compare(loaders, rounds, workers):
    for n_workers in workers:
        took_ms = {name: [] for name in loaders}
        for number in range(rounds + 1):
            for name, loader in loaders.items():
                started, n_samples = time.perf_counter(), 0
                for waveform, prompts in loader(n_workers):
                    n_samples += len(prompts)
                    waveform[:, :, ::1024].sum()  # a trainer reads every page
                if number:  # the first round warms the disk's cache
                    took_ms[name].append((time.perf_counter() - started) / n_samples * 1e3)
        where = "one process" if not n_workers else f"{n_workers} workers"
        for name, took in took_ms.items():
            print(
                f"{where}: {name:6} {statistics.median(took):.2f} ms a sample ({min(took):.2f} to {max(took):.2f})",
                flush=True,
            )
        for name in set(loaders) - {"ours"}:
            ratios = [other / own for other, own in zip(took_ms[name], took_ms["ours"], strict=True)]
            middle, low, high = statistics.median(ratios), min(ratios), max(ratios)
            print(f"{where}: ours is {middle:.2f} times as fast as {name} ({low:.2f} to {high:.2f})", flush=True)


class Clip:
    """A sample of a tar → its sound at the rate, and its prompt."""

    def __init__(self, rate_hz, window):
        self.rate_hz, self.window = rate_hz, window

    def __call__(self, sample):
        return at_rate(io.BytesIO(sample["flac"]), self.rate_hz)[: self.window], sample["txt"].decode()

    def collate(self, samples):
        waveform = torch.zeros(len(samples), 1, self.window)
        for row, (sound, _) in zip(waveform.numpy(), samples, strict=True):
            row[0, : len(sound)] = sound
        return waveform, [prompt for _, prompt in samples]


class Naive(Clip):
    def __init__(self, rate_hz, window, events):
        super().__init__(rate_hz, window)
        self.events, self.draws = events, np.random.default_rng(0)

    def __call__(self, sample):
        sound, prompt = super().__call__(sample)
        for _ in range(self.draws.integers(3)):
            path, words = self.events[self.draws.integers(len(self.events))]
            event = at_rate(path, self.rate_hz)
            if self.draws.integers(2):
                sound = np.concatenate([sound, event])[: self.window]
                prompt = f"{prompt} Then, {words}."
            else:
                length = min(len(sound), len(event))
                sound[:length] += event[:length]
                prompt = f"{prompt} Meanwhile, {words}."
        return sound, prompt


def at_rate(file, rate_hz):
    sound, own_hz = soundfile.read(file, dtype="float32")
    sound = sound.mean(axis=1) if sound.ndim > 1 else sound
    return sound if own_hz == rate_hz else soxr.resample(sound, own_hz, rate_hz, quality="HQ")


def write_events(events, folder):
    """Write the events as files: path and words of each."""
    from mkaudio.shards import EventStore

    store, written = EventStore(events), []
    for number in range(0, len(store), max(1, len(store) // 500)):
        event = store.event(number)
        sound = store.samples(number).astype(np.float32) / 32_768
        sound = soxr.resample(sound, store.sample_rate_hz, event.source_rate_hz, quality="HQ")
        path = folder / f"{number}.flac"
        soundfile.write(path, sound.clip(-1, 1), event.source_rate_hz, subtype="PCM_16")
        written.append((str(path), (event.clauses or (event.noun,))[0]))
    return written


def plain(shards, workers, clip):
    """Every worker goes through all shards, so that none waits for another."""
    urls = [shard for shard in shards for _ in range(max(1, workers))]
    dataset = (
        wds.WebDataset(urls, shardshuffle=False, empty_check=False).map(clip).batched(BATCH, collation_fn=clip.collate)
    )
    return torch.utils.data.DataLoader(dataset, batch_size=None, num_workers=workers)


def ours(arguments, workers):
    stream = opened(arguments, workers, epochs=max(1, workers))
    return ((batch.waveform, batch.prompts) for batch in stream)


def opened(arguments, workers, epochs):
    return mkaudio.open_stream(
        arguments.dataset,
        events=arguments.events,
        sample_rate_hz=arguments.rate,
        workers=workers,
        batch_size=BATCH,
        epochs=epochs,
    )


def memory(arguments, n_samples):
    """Print the anonymous memory of this process and its workers as samples go by."""
    seen, marks = 0, [n_samples * part // 10 for part in range(1, 11)]
    with opened(arguments, 2, None) as stream:
        for batch in stream:
            seen += len(batch.keys)
            if seen >= marks[0]:
                total, each = anonymous_mb()
                print(
                    f"anonymous memory after {seen:,} samples: {total:.0f} MB ({', '.join(f'{one:.0f}' for one in each)})",
                    flush=True,
                )
                marks.pop(0)
                if not marks:
                    break


def anonymous_mb():
    """RssAnon of this process and its children, in MB: in all, and each."""
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    found = []
    for process in (own, *map(int, children)):
        status = Path(f"/proc/{process}/status").read_text()
        found.append(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("RssAnon")) / 1_000)
    return sum(found), found


if __name__ == "__main__":
    main()
