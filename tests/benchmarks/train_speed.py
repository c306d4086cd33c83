"""How fast a training is, how much of its time it waits for sounds, and what its loop costs beside a plain one.

    python tests/benchmarks/train_speed.py OUT [--vae RUN] [--events EVENTS] [--preset tiny] [--steps 40] [--rounds 5]
                                           [--workers 1] [--cpu]

Without --vae it is the training of the autoencoder, its discriminator playing; with the RUN of one that of the diffusion, which
encodes each sound and reads each prompt by frozen networks. By turns in this one run, each way in its own process, in rounds of
as many steps, with a fresh network that has warmed up:

    ours      mkaudio.models.training.loop.train with the task and the real stream of OUT, averages and logs as in the preset;
              nothing is validated, shown or kept within the timed steps
    plain     a loop by hand: the same network and losses, AdamW (fused, as ours), autocast, clipping, averages; what ours
              hears lies in memory before the clock starts, sounds in the device's; it draws as PyTorch does, and logs nothing

`--workers 0,1` times ours with each number of reading processes; with 0 the wait is what the stream costs. A prompt is read by
its network when it comes first, in both ways. On a GPU both run as the preset says and then compiled. A ratio is that of two
ways in the same round; shown are the median and the range over rounds. The processor's time says more than the clock where
other work runs: that of the process which trains, and of those which read.
"""

import argparse
import os
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import psutil
import torch
from trainings import OfLdm, OfVae

from mkaudio.cli.training_run import Heard
from mkaudio.cli.training_streams import streams_of
from mkaudio.models.precision import precision
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.loop import train
from mkaudio.models.vae.saved import load_vae


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("dataset")
    parser.add_argument("--vae", type=Path, help="a run of mkaudio train vae: the diffusion on its latents is timed")
    parser.add_argument("--events")
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", default="1")
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    if arguments.cpu:
        os.environ["ACCELERATE_USE_CPU"] = "true"
    device = torch.device("cuda" if torch.cuda.is_available() and not arguments.cpu else "cpu")
    with ExitStack() as stack:
        for compiled in (False, True) if device.type == "cuda" else (False,):
            bench = Bench(arguments, device, compiled)
            compare(
                {way: stack.enter_context(process_of(bench, way)) for way in bench.ways()},
                arguments.rounds,
                bench.named(),
            )


@contextmanager
def process_of(bench, way):
    """Return what runs a way once, in a process that is no other way's: what it does to its process is its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        yield lambda: process.submit(bench.run, way).result()


def compare(ways, rounds, named):
    """Run the ways by turns and print what each took."""
    print(f"{named}; {rounds} rounds", flush=True)
    took = {way: [] for way in ways}
    for number in range(rounds):
        for way, run in ways.items():
            took[way].append(run())
        speeds = ", ".join(f"{way} {of_way[-1].samples_per_s:.1f} samples/s" for way, of_way in took.items())
        print(f"round {number + 1}: {speeds}", flush=True)
    plain = took.pop("plain")
    said("plain", plain)
    for way, of_way in took.items():
        said(way, of_way)
        print(f"  waits for sounds: {spread([one.wait_share for one in of_way], '.3f')} of its time")
        for what in ("seconds", "cpu_seconds"):
            ratios = [getattr(other, what) / getattr(own, what) for own, other in zip(of_way, plain, strict=True)]
            print(f"  {what} of plain / {way}: {spread(ratios, '.3f')}  {' '.join(f'{one:.3f}' for one in ratios)}")


def said(way, of_way):
    per_s, trains, reads = (
        [getattr(one, what) for one in of_way] for what in ("samples_per_s", "cpu_ms_a_sample", "reading_ms_a_sample")
    )
    print(f"{way}: {spread(per_s, '.1f')} samples/s; processor's time a sample: {spread(trains, '.1f')} ms where it trains, "
          f"{spread(reads, '.1f')} ms where it reads")  # fmt: skip


def spread(numbers, form):
    return f"{statistics.median(numbers):{form}} ({min(numbers):{form}} to {max(numbers):{form}})"


@dataclass
class Took:
    """What some steps took.

    Args:
        device: where the network is.
        n_samples: of these steps.
        waits: (wait_share, samples_per_s) of each log within them, all over as many steps.
    """

    device: torch.device
    n_samples: int
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    reading_seconds: float = 0.0
    waits: list = field(default_factory=list)

    def begin(self):
        self._began = self._now()

    def end(self):
        self.seconds, self.cpu_seconds, self.reading_seconds = (
            now - began for now, began in zip(self._now(), self._began, strict=True)
        )

    def _now(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        reading = (one.cpu_times() for one in psutil.Process().children(recursive=True))
        return time.perf_counter(), time.process_time(), sum(one.user + one.system for one in reading)

    @property
    def samples_per_s(self):
        return self.n_samples / self.seconds

    @property
    def cpu_ms_a_sample(self):
        return 1000 * self.cpu_seconds / self.n_samples

    @property
    def reading_ms_a_sample(self):
        return 1000 * self.reading_seconds / self.n_samples

    @property
    def wait_share(self):
        return sum(share / speed for share, speed in self.waits) / sum(1 / speed for _, speed in self.waits)


class Bench:
    """A training of a preset on a dataset."""

    def __init__(self, arguments, device, compiled):
        self.device, self.name = device, Path(arguments.preset).stem
        name, vae = arguments.preset, arguments.vae
        self.training = OfLdm(name, partial(load_vae, vae)) if vae else OfVae(name)
        self.warm_up = min(self.training.config.log_every, arguments.steps)
        # the last log is at the end, and tells of as many steps as the others
        self.steps = arguments.steps - arguments.steps % self.warm_up
        self.config = replace(
            self.training.config, max_steps=self.warm_up + self.steps, log_every=self.warm_up, compile=compiled,
            validate_every=0, show_every=0, checkpoint_every=0,
        )  # fmt: skip
        self.workers = [int(one) for one in arguments.workers.split(",")]
        self.heard = Heard(arguments.dataset, arguments.events)

    def streams(self, workers):
        training = self.training
        return streams_of(self.heard, training.stream, self.config, training.mel.sample_rate_hz, workers, cache=None)

    def ways(self):
        """Return names of ways, and how many reading processes each has; None for the loop by hand."""
        return {"plain": None, **{f"ours, {workers} workers": workers for workers in self.workers}}

    def run(self, way):
        workers = self.ways()[way]
        torch.compiler.reset()
        with redirect_stdout(None):  # what a stream says when it is opened
            return self.plain() if workers is None else self.ours(workers)

    def batches(self):
        with self.streams(0)(0, 1).train as stream:
            return [SoundBatch.of(one, self.device) for one in islice(stream, self.config.max_steps)]

    def named(self):
        gpu = self.device.type == "cuda"
        where = torch.cuda.get_device_name() if gpu else f"{torch.get_num_threads()} threads of the processor"
        how = f"{self.config.precision}{', compiled' if self.config.compile else ''}, {self.config.batch_size} sounds a step"
        what = f"{self.name}'s {self.training.what}"
        return f"{what} on {where}, torch {torch.__version__}, {how}, {self.steps} steps a round"

    def took(self):
        return Took(self.device, self.steps * self.config.batch_size)

    def ours(self, workers):
        took, task, config = self.took(), self.training.task(self.device), self.config

        def progress(step, numbers):
            if step == self.warm_up:
                took.begin()
            elif step > self.warm_up and numbers:
                took.waits.append((numbers["wait_share"], numbers["samples_per_s"]))
                if step == config.max_steps:
                    took.end()

        with tempfile.TemporaryDirectory() as folder:
            train(task, config, self.streams(workers), Path(folder) / "run", progress=progress)
        return took

    def plain(self):
        took, task, config = self.took(), self.training.task(self.device), self.config
        if config.compile:
            task.compile()
        network = task.module.to(self.device).train()
        groups = task.parameter_groups(config.learning_rate)
        optimizer = torch.optim.AdamW(groups, betas=config.betas, weight_decay=config.weight_decay, fused=True)
        weights = [one.detach() for one in network.parameters()]
        averages = [one.clone() for one in weights]
        for step, batch in enumerate(self.batches(), start=1):
            with precision(self.device, config.precision):
                loss, _ = network(batch, PlainDraw(step, len(batch), self.device))
            loss.backward()
            if config.clip_norm:
                for group in groups:
                    torch.nn.utils.clip_grad_norm_(group["params"], config.clip_norm)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            with torch.no_grad():
                torch._foreach_lerp_(averages, weights, 1 - config.ema_decay)
            if step == self.warm_up:
                took.begin()
        took.end()
        return took


@dataclass
class PlainDraw:
    """What is random in a step, as PyTorch has it: a row of the batch decides nothing.

    Whole numbers come from the processor: which prompts are dropped is decided there, and asking a device for it would wait.
    """

    step: int
    n_rows: int
    device: torch.device

    def normal(self, name, shape):
        return torch.randn((self.n_rows, *shape), device=self.device)

    def integers(self, name, high):
        return torch.randint(high, (self.n_rows,))

    def shared(self, name):
        return torch.default_generator


if __name__ == "__main__":
    main()
