"""Training a task from its begin or a checkpoint. Nothing here knows a network."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs

from mkaudio.models.training.allocator import keep_memory
from mkaudio.models.training.batches import Streams
from mkaudio.models.training.checkpoint import Checkpoint, newest_checkpoint
from mkaudio.models.training.checkpoint_state import checkpoint_folders
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.interrupt import interrupts
from mkaudio.models.training.logs import TrainingLog
from mkaudio.models.training.memory import telling_what_to_lower
from mkaudio.models.training.progress import Progress
from mkaudio.models.training.resume import check_held_out, check_same
from mkaudio.models.training.run import Run
from mkaudio.models.training.task import Task
from mkaudio.shards import LocalStorage, locked


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended.

    Args:
        step: the last one done.
        ended: by max_steps, max_minutes or interrupt.
        checkpoint: where it can go on.
        is_main: whether this is the process that speaks for all.
    """

    step: int
    ended: str
    checkpoint: Path
    is_main: bool


def train(
    task: Task,
    config: TrainingConfig,
    open_streams: Callable[[int, int], Streams],
    output: Path,
    resume: bool = False,
    progress: Progress | None = None,
    about: Mapping[str, Any] | None = None,
) -> Outcome:
    """Train until max_steps, max_minutes or an interrupt. Called by every process of `accelerate launch` alike.

    Args:
        task: what to train; its weights are made from the config's seed.
        config: how.
        open_streams: (rank, number of processes) → the streams of this process, which the training closes.
        output: folder of the run.
        resume: go on from its newest checkpoint.
        progress: what takes reports, in the main process.
        about: plain values that every checkpoint keeps, as what the caller needs to begin again.

    Returns:
        How it ended. Settings that make no sense or differ from the checkpoint's, a run in the folder or none to resume are a
        `ValueError`; a number that is not finite is a `NotFiniteError`; too little memory is an `OutOfMemoryError`.
    """
    began_s = time.monotonic()
    accelerator = Accelerator(
        mixed_precision="no",  # autocast is ours: accelerate's is one for the whole life of a process
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    config.rows_at_a_time(accelerator.num_processes)
    device = accelerator.device
    if device.type == "cpu":
        keep_memory()
    with ExitStack() as stack:
        if accelerator.is_main_process:
            stack.enter_context(locked(LocalStorage(output)))
            LocalStorage(output).clear_staging()
        checkpoint = _begin(output, resume)
        accelerator.wait_for_everyone()
        if checkpoint is not None:
            check_same(checkpoint, task, config)
        streams = open_streams(accelerator.process_index, accelerator.num_processes)
        stack.callback(_close, streams)
        if checkpoint is not None:
            check_held_out(checkpoint, streams)
        stack.enter_context(torch.random.fork_rng([device] if device.type == "cuda" else []))
        stack.enter_context(telling_what_to_lower(config, accelerator.num_processes, task.memory_settings))
        interrupt = stack.enter_context(interrupts())
        run = Run(task, config, accelerator, streams, output, progress, about or {})
        if checkpoint is not None:
            run.restore(checkpoint)
        if accelerator.is_main_process:
            run.log = TrainingLog(output, run.step)
            stack.callback(run.log.close)
        ended = run.go(
            lambda: interrupt.wanted, began_s + 60 * config.max_minutes if config.max_minutes else float("inf")
        )
        return Outcome(run.step, ended, checkpoint_folders(output)[-1], accelerator.is_main_process)


def _begin(output: Path, resume: bool) -> Checkpoint | None:
    if resume:
        return newest_checkpoint(output)
    found = checkpoint_folders(output)
    if found:
        raise ValueError(
            f"{output}: holds a training at step {int(found[-1].name)}; resume it, or take another output folder"
        )
    return None


def _close(streams: Streams) -> None:
    streams.train.close()
    if streams.val is not None:
        streams.val.close()
