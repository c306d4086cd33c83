"""Draws and batches for steps of the autoencoder: a pure function of (seed, step, name, row). Tests only."""

import hashlib
from dataclasses import dataclass, replace

import torch


@dataclass(frozen=True)
class FakeDraw:
    seed: int = 0
    step: int = 1
    rows: range = range(2)

    def part(self, rows):
        return replace(self, rows=self.rows[rows])

    def normal(self, name, shape):
        return torch.stack([torch.randn(tuple(shape), generator=self._generator(name, row)) for row in self.rows])

    def integers(self, name, high):
        highs = [high] * len(self.rows) if isinstance(high, int) else high
        drawn = [
            int(torch.randint(one, (), generator=self._generator(name, row)))
            for one, row in zip(highs, self.rows, strict=True)
        ]
        return torch.tensor(drawn)

    def shared(self, name):
        return self._generator(name, None)

    def _generator(self, name, row):
        said = repr((self.seed, self.step, name, row)).encode()
        return torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(said).digest()[:7], "big"))


@dataclass(frozen=True)
class FakeSounds:
    waveform: torch.Tensor
    n_frames: torch.Tensor

    def part(self, rows):
        return FakeSounds(self.waveform[rows], self.n_frames[rows])


def noises(lengths=(16_000, 12_000), width=16_000):
    """Sounds that swell, so that no two stretches are alike; zeros behind their ends. (B, 1, width)."""
    waveform = torch.zeros(len(lengths), 1, width)
    for row, length in enumerate(lengths):
        noise = torch.randn(length, generator=torch.Generator().manual_seed(row))
        waveform[row, 0, :length] = noise * torch.linspace(0.01, 0.3, length)
    return FakeSounds(waveform, torch.tensor(lengths))


def gradients_of_a_rank(rank, world_size, store, make, batch, draw, output):
    """One of several processes: its share of the rows under DDP, then the gradients that all have; rank 0 writes them."""
    import torch.distributed
    from torch.nn.parallel import DistributedDataParallel

    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{store}", rank=rank, world_size=world_size)
    module = make()
    size = len(batch.n_frames) // world_size
    rows = slice(rank * size, (rank + 1) * size)
    shared = DistributedDataParallel(module, find_unused_parameters=True)
    loss, _ = shared(batch.part(rows), draw.part(rows))
    loss.backward()
    if rank == 0:
        torch.save({name: one.grad for name, one in module.named_parameters()}, output)
    torch.distributed.destroy_process_group()
