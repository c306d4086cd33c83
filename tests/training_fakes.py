"""A task and a stream for tests of the loop: a small regression on noise whose rows are a function of (seed, number)."""

import time
from contextlib import nullcontext
from dataclasses import dataclass

import torch

from mkaudio.models.training.batches import Streams
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.loop import train

SAMPLES = 12


@dataclass(frozen=True)
class FakeBatch:
    waveform: torch.Tensor
    n_frames: torch.Tensor
    prompts: list
    keys: list
    epoch: int
    step: int


class FakeStream:
    """Batches of a rank: rows of the global batch follow each other in the order of the ranks, as in `pipeline/stream`."""

    def __init__(
        self, batch_size=8, steps=5, rank=0, world_size=1, seed=0, epochs=None, last=None, poison=(), wait_s=0.0
    ):
        self.batch_size, self.steps, self.rank, self.world_size = batch_size, steps, rank, world_size
        self.seed, self.epochs, self.last = seed, epochs, batch_size if last is None else last
        self.poison, self.wait_s, self.closed, self.at = poison, wait_s, 0, (0, 0)

    def __len__(self):
        return self.steps

    def __iter__(self):
        while self.epochs is None or self.at[0] < self.epochs:
            epoch, step = self.at
            self.at = (epoch, step + 1) if step + 1 < self.steps else (epoch + 1, 0)
            time.sleep(self.wait_s)
            yield self.batch(epoch, step)

    def batch(self, epoch, step):
        size = self.last if step == self.steps - 1 else self.batch_size
        rows = range(size * self.rank // self.world_size, size * (self.rank + 1) // self.world_size)
        numbers = [(epoch * self.steps + step) * self.batch_size + row for row in rows]
        made = [
            torch.randn(1, SAMPLES, generator=torch.Generator().manual_seed(1000 * self.seed + one)) for one in numbers
        ]
        for row, number in enumerate(numbers):
            if number in self.poison:
                made[row][0, 3] = float("nan")
        waveform = torch.stack(made) if made else torch.zeros(0, 1, SAMPLES)
        n_frames = torch.full((len(numbers),), SAMPLES)
        return FakeBatch(
            waveform, n_frames, [f"noise {one}" for one in numbers], [f"key{one}" for one in numbers], epoch, step
        )

    @property
    def fingerprint(self):
        return f"fake {self.seed} {self.batch_size}"

    def state_dict(self):
        return {"kind": self.fingerprint, "epoch": self.at[0], "step": self.at[1]}

    def load_state_dict(self, state):
        if state["kind"] != self.fingerprint:
            raise ValueError("the state is of another stream")
        self.at = (state["epoch"], state["step"])

    def close(self):
        self.closed += 1


class FakeNetwork(torch.nn.Module):
    """Two layers and dropout; a judge of its own, trained by the same loss on what is detached, as a GAN's."""

    def __init__(self, width, dropout, judge_from):
        super().__init__()
        self.first, self.second = torch.nn.Linear(SAMPLES, width), torch.nn.Linear(width, SAMPLES)
        self.judge, self.dropout, self.judge_from = torch.nn.Linear(SAMPLES, 1), torch.nn.Dropout(dropout), judge_from
        self.register_buffer("mean", torch.zeros(()))
        self.largest = 0

    def rebuilt(self, sound):
        return self.second(self.dropout(torch.tanh(self.first(sound))))

    def forward(self, batch, draw):
        sound = batch.waveform[:, 0, :SAMPLES]
        self.largest = max(self.largest, len(sound))
        noise = draw.normal("noise", (SAMPLES,)).to(sound.device)
        shift = draw.integers("shift", 3).to(sound.device)
        rebuilt = self.rebuilt(sound + 0.1 * noise)
        square = (rebuilt - sound - 0.01 * shift[:, None]).square().mean()
        judged = self.judge(rebuilt.detach()).square().mean() if draw.step >= self.judge_from else square.detach() * 0
        return square + judged, {"square": square.detach(), "mean": sound.mean().detach()}


class FakeTask:
    name = "fake"
    memory_settings = ("width",)
    curves = (("loss",),)

    def __init__(self, width=6, dropout=0.25, judge_from=3, seed=0):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.module = FakeNetwork(width, dropout, judge_from)
        self.width, self.compiled, self.shown = width, 0, []

    def config(self):
        return {"network": {"width": self.width, "shape": (1, SAMPLES)}}

    def parameter_groups(self, learning_rate):
        module = self.module
        own = [*module.first.parameters(), *module.second.parameters()]
        return [
            {"params": own, "name": "network"},
            {"params": list(module.judge.parameters()), "lr": 2 * learning_rate, "name": "judge"},
        ]

    def compile(self):
        self.compiled += 1
        self.module.first.compile()
        self.module.second.compile()

    def after_step(self, numbers):
        self.module.mean += 0.1 * (numbers["mean"] - self.module.mean)

    def validate(self, module, batch, draw):
        assert not module.training and not torch.is_grad_enabled()
        sound = batch.waveform[:, 0, :SAMPLES]
        errors = (module.rebuilt(sound + draw.normal("noise", (SAMPLES,))) - sound).square().mean(dim=1)
        return {"square": torch.stack([errors.sum(), torch.tensor(float(len(sound)))])}

    def show(self, module, batch, folder):
        self.shown.append(batch.keys)
        (folder / "sound.txt").write_text(repr(float(module.rebuilt(batch.waveform[:, 0, :SAMPLES]).sum())))


def config_of(**settings):
    made = {
        "max_steps": 12, "batch_size": 8, "learning_rate": 0.01, "warm_up_steps": 3, "ema_decay": 0.9, "log_every": 1,
        "validate_every": 0, "show_every": 0, "checkpoint_every": 0,
    }  # fmt: skip
    return TrainingConfig(**{**made, **settings})


def opened(val=True, streams=None, **settings):
    """A factory of streams; what it opened is added to `streams`."""

    def factory(rank, world_size):
        held_out = FakeStream(4, 3, rank, world_size, seed=7, epochs=1, last=1) if val else None
        made = Streams(FakeStream(rank=rank, world_size=world_size, **settings), held_out)
        if streams is not None:
            streams.append(made)
        return made

    return factory


def trained(output, task=None, config=None, streams=None, resume=False, progress=None, inside=None):
    """Train a fake; returns how it ended."""
    with inside or nullcontext():
        return train(task or FakeTask(), config or config_of(), streams or opened(), output, resume, progress)


def rows_of(output, table="train"):
    """The log, without what depends on the clock."""
    lines = (output / "log" / f"{table}.csv").read_text().splitlines()
    columns = lines[0].split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines[1:]]
    return [{name: value for name, value in row.items() if name not in ("samples_per_s", "wait_share")} for row in rows]
