"""Draws and batches for steps of the autoencoder."""

import torch

from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw


def draw_of(step=1, rows=range(2), seed=0):
    return StepDraw(seed, step, rows)


def noises(lengths=(16_000, 12_000), width=16_000):
    """Sounds that swell, so that no two stretches are alike; zeros behind their ends. (B, 1, width)."""
    waveform = torch.zeros(len(lengths), 1, width)
    for row, length in enumerate(lengths):
        noise = torch.randn(length, generator=torch.Generator().manual_seed(row))
        waveform[row, 0, :length] = noise * torch.linspace(0.01, 0.3, length)
    keys = [f"noise{row}" for row in range(len(lengths))]
    return SoundBatch(waveform, torch.tensor(lengths), [f"Noise {key}." for key in keys], keys, 0, 0)


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
