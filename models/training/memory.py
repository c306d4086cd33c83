"""Out of memory: which setting to lower."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch

from mkaudio.models.training.config import TrainingConfig

_SAID = ("out of memory", "DefaultCPUAllocator: can't allocate memory")
"""How PyTorch says it where it has no type for it. Source: c10/core/impl/alloc_cpu.cpp, c10/cuda/CUDAException.cpp."""


class OutOfMemoryError(RuntimeError):
    """The device has too little memory for the settings."""


@contextmanager
def telling_what_to_lower(config: TrainingConfig, world_size: int, settings: Sequence[str]) -> Iterator[None]:
    """Say what to lower where memory runs out.

    Args:
        config: of the training.
        world_size: number of processes.
        settings: of the task that cost memory, the strongest first.

    Yields:
        Nothing.

    Raises:
        OutOfMemoryError: memory ran out.
        RuntimeError: another error, as it was.
    """
    try:
        yield
    except MemoryError as error:
        raise OutOfMemoryError(_told(error, config, world_size, settings)) from error
    except RuntimeError as error:
        if not (isinstance(error, torch.OutOfMemoryError) or any(one in str(error) for one in _SAID)):
            raise
        raise OutOfMemoryError(_told(error, config, world_size, settings)) from error


def advice(config: TrainingConfig, world_size: int, settings: Sequence[str]) -> str:
    """Return what takes less memory, what changes nothing else first.

    Args:
        config: of the training.
        world_size: number of processes.
        settings: of the task that cost memory, the strongest first.
    """
    rows, parts = config.rows_at_a_time(world_size), []
    more = next((n for n in range(config.accumulate + 1, config.batch_size + 1)
                 if config.batch_size % (world_size * n) == 0), None)  # fmt: skip
    if more:
        parts.append(
            f"raise accumulate from {config.accumulate} to {more} (the same step, fewer sounds at a time; may resume)"
        )
    if config.batch_size > world_size:
        parts.append(f"lower batch_size, now {config.batch_size}")
    if settings:
        parts.append(f"lower {' or '.join(settings)}")
    if config.precision == "float32":
        parts.append("set precision to bfloat16, where the device has it")
    return f"out of memory with {rows} sound(s) at a time in each of {world_size} process(es): {'; or '.join(parts)}"


def _told(error: Exception, config: TrainingConfig, world_size: int, settings: Sequence[str]) -> str:
    found = str(error).splitlines()[0] if str(error) else type(error).__name__
    return f"{advice(config, world_size, settings)} ({found})"
