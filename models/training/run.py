"""The steps of a training: each is done, then logged, judged, shown and kept, in this order."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from accelerate import Accelerator
from accelerate.utils import gather_object

from mkaudio.models.training.batches import SoundBatch, SoundBatchLike, Streams
from mkaudio.models.training.checkpoint import Checkpoint, write_checkpoint
from mkaudio.models.training.checkpoint_state import checkpoint_folders
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.training.ema import Ema
from mkaudio.models.training.finite import FiniteWatch
from mkaudio.models.training.logs import TrainingLog
from mkaudio.models.training.meter import Meter
from mkaudio.models.training.optimizer_state import load_optimizer, optimizer_tensors
from mkaudio.models.training.progress import Progress
from mkaudio.models.training.resume import facts_of
from mkaudio.models.training.step import StepNumbers, Stepper
from mkaudio.models.training.task import Task
from mkaudio.models.training.validation import Judge

_LOOK_EVERY = 10
"""Steps between two looks at whether a process wants the end, on several GPUs: a look waits for the device."""


class Run:
    """A training at some step.

    Args:
        task: what is trained.
        config: how.
        accelerator: devices and processes.
        streams: what it hears.
        output: folder of the run.
        progress: what takes reports.
        about: plain values of the caller, for the checkpoints.
    """

    def __init__(
        self,
        task: Task,
        config: TrainingConfig,
        accelerator: Accelerator,
        streams: Streams,
        output: Path,
        progress: Progress | None,
        about: Mapping[str, Any],
    ) -> None:
        self._about = about
        self._task, self._config, self._accelerator, self._streams = task, config, accelerator, streams
        self._output, self._progress = output, progress
        self.step, self._kept = 0, -1
        self.log: TrainingLog | None = None
        self._stepper = Stepper(task, config, accelerator)
        self._ema = Ema(task.module, config.ema_decay)
        self._judge = Judge(task, config, accelerator, self._ema, streams.val)
        self._meter = Meter(accelerator.device, config.batch_size)
        self._watch = FiniteWatch(gather_object, self._remedy)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Take weights, averages, the optimizer's state and the stream's.

        Args:
            checkpoint: of the same settings.
        """
        module = self._task.module
        module.load_state_dict(checkpoint.fit("weights", module.state_dict()))
        self._ema.load(checkpoint.fit("ema", self._ema.state()))
        where = str(checkpoint.folder / "optimizer.safetensors")
        load_optimizer(self._stepper.optimizer, module, checkpoint.tensors("optimizer"), where)
        self._streams.train.load_state_dict(checkpoint.facts["stream"]["state"])
        self.step = self._kept = checkpoint.step

    def go(self, interrupted: Callable[[], bool], until_s: float) -> str:
        """Go on until something ends it, and keep what is there then.

        Args:
            interrupted: says whether somebody wants the end.
            until_s: when to end, by `time.monotonic`.

        Returns:
            What ended it: max_steps, max_minutes or interrupt.
        """
        if not self.step:
            self._keep()  # a full disk shows now, and a run that is killed can go on
        self._report({})
        batches, ended = iter(self._streams.train), ""
        while not ended and self.step < self._config.max_steps:
            late, wanted = time.monotonic() >= until_s, interrupted()
            with self._meter.step():
                with self._meter.waiting():
                    batch = self._checked(next(batches, None))
                numbers, logged = self._move(batch, late or wanted)
            self._look_around(batch, logged)
            if self._ends(numbers, late or wanted):
                ended = "max_minutes" if late else "interrupt"
        self._keep()
        return "max_steps" if self.step >= self._config.max_steps else ended

    def _move(self, batch: SoundBatch, stop: bool) -> tuple[StepNumbers, dict[str, float]]:
        """Do a step; return its numbers, and those to log where it is logged."""
        self.step += 1
        first = self._accelerator.process_index * len(batch)
        draw = StepDraw(self._config.seed, self.step, range(first, first + len(batch)))
        numbers = self._stepper.gradients(batch, draw, stop)
        self._watch.note(self.step, numbers.names, numbers.values, numbers.losses, numbers.keys)
        logs = self._now(self._config.log_every) or self.step == 1
        if logs or self._accelerator.device.type == "cpu":
            self._watch.check()
        learning_rate = self._stepper.move(self.step, numbers)
        self._ema.update(self.step)
        if not logs:
            return numbers, {}
        values = dict(zip(numbers.names, numbers.values.tolist(), strict=True))
        return numbers, {**values, "learning_rate": learning_rate}

    def _look_around(self, batch: SoundBatch, logged: dict[str, float]) -> None:
        config = self._config
        if logged:
            logged.update(self._meter.read())
            self._write("train", logged)
        self._report(logged)
        if self._now(config.validate_every) and (judged := self._judge.numbers()):
            self._write("val", judged)
            self._report({f"val_{name}": number for name, number in judged.items()})
            self._meter.pause()
        if self._now(config.show_every) and self._accelerator.is_main_process:
            self._judge.show(self.step, self._output, batch)
            self._meter.pause()
        if config.checkpoint_every and self.step % config.checkpoint_every == 0:
            self._keep()
            self._meter.pause()

    def _keep(self) -> None:
        """Write a checkpoint, unless this step has one. Nothing that is not finite gets into it."""
        self._watch.check()
        if self._kept != self.step:
            module, optimizer = self._task.module, self._stepper.optimizer
            parts = {
                "weights": module.state_dict(),
                "ema": self._ema.state(),
                "optimizer": optimizer_tensors(optimizer, module),
            }
            named = {f"{part}/{name}": one for part, tensors in parts.items() for name, one in tensors.items()}
            self._watch.check_tensors(self.step, named)
            self._accelerator.wait_for_everyone()  # each has looked at what is there
            if self._accelerator.is_main_process:
                facts = facts_of(self._task, self._config, self._streams, self._about)
                write_checkpoint(self._output, self.step, facts, parts, self._config.keep_checkpoints)
        self._kept = self.step
        self._accelerator.wait_for_everyone()

    def _checked(self, batch: SoundBatchLike | None) -> SoundBatch:
        if batch is None:
            raise ValueError(f"the stream ended before step {self.step + 1}; open it without a number of epochs")
        rows = self._config.batch_size // self._accelerator.num_processes
        if len(batch.keys) != rows:
            raise ValueError(
                f"step {self.step + 1}: the stream gave {len(batch.keys)} sounds to a process, batch_size = "
                f"{self._config.batch_size} needs {rows} of each; open it with this batch_size and drop_last"
            )
        return SoundBatch.of(batch, self._accelerator.device)

    def _now(self, every: int) -> bool:
        return bool(every) and (self.step % every == 0 or self.step == self._config.max_steps)

    def _ends(self, numbers: StepNumbers, wanted: bool) -> bool:
        """Return whether a process wants the end, where all processes may ask; one alone does not wait for its device."""
        if self._accelerator.num_processes == 1:
            return wanted
        looks = self._accelerator.device.type == "cpu" or self.step % _LOOK_EVERY == 0
        return looks and float(numbers.stop) > 0

    def _write(self, table: str, numbers: dict[str, float]) -> None:
        if self.log is not None:
            self.log.write(table, self.step, numbers)

    def _report(self, numbers: dict[str, float]) -> None:
        if self._progress is not None and self._accelerator.is_main_process:
            self._progress(self.step, numbers)

    def _remedy(self) -> str:
        folders = checkpoint_folders(self._output)
        good = f"{folders[-1]} is the last good checkpoint" if folders else "there is no checkpoint yet"
        return f"{good}; listen to these sounds, take a lower learning_rate or clip_norm, or precision float32"
