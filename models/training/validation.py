"""Looking at averaged weights: numbers over held-out sounds, and pictures and sounds of some."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import gather_object

from mkaudio.models.precision import precision
from mkaudio.models.training.batches import BatchStream, SoundBatch
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.training.ema import Ema
from mkaudio.models.training.task import Task
from mkaudio.shards import LocalStorage
from mkaudio.shards.staging import remove_folder

SHOWN = "shown"


class Judge:
    """Looks at a task's averaged weights, always at the same sounds.

    Args:
        task: what is trained.
        config: how.
        accelerator: devices and processes.
        ema: the averages.
        stream: held-out sounds, at their begin; None for none.
    """

    def __init__(
        self, task: Task, config: TrainingConfig, accelerator: Accelerator, ema: Ema, stream: BatchStream | None
    ) -> None:
        self._task, self._config, self._accelerator, self._ema, self._stream = task, config, accelerator, ema, stream
        self._begin = None if stream is None else stream.state_dict()

    def numbers(self) -> dict[str, float]:
        """Return the means over the held-out sounds, the same for any number of processes but for rounding; {} for none."""
        if self._stream is None:
            return {}
        sums: dict[str, torch.Tensor] = {}
        with self._looking():
            for batch, draw in self._batches(self._stream, self._config.validate_batches or len(self._stream)):
                for name, pair in self._task.validate(self._task.module, batch, draw).items():
                    sums[name] = sums.get(name, torch.zeros(2, dtype=torch.float64)) + pair.detach().double().cpu()
        total: dict[str, torch.Tensor] = {}
        for ours in gather_object([sums]):
            for name, pair in ours.items():
                total[name] = total.get(name, torch.zeros(2, dtype=torch.float64)) + pair
        return {name: float(pair[0] / pair[1]) for name, pair in total.items()}

    def show(self, step: int, output: Path, batch: SoundBatch) -> None:
        """Write RUN/shown/<step>, in the main process.

        Args:
            step: number of the step.
            output: folder of the run.
            batch: of the training, where nothing is held out.
        """
        storage, name = LocalStorage(output), f"{step:08d}"
        target = storage.root / SHOWN / name
        with storage.staging(f"shown-{name}") as staging, self._looking():
            folder = staging / name
            folder.mkdir()
            self._task.show(self._task.module, self._held_out() or batch, folder)
            target.parent.mkdir(exist_ok=True)
            remove_folder(target)
            folder.rename(target)

    def _held_out(self) -> SoundBatch | None:
        if self._stream is None or self._begin is None:
            return None
        self._stream.load_state_dict(self._begin)
        batch = next(iter(self._stream), None)
        self._stream.close()
        return SoundBatch.of(batch, self._accelerator.device) if batch is not None and batch.keys else None

    def _batches(self, stream: BatchStream, n_batches: int) -> Iterator[tuple[SoundBatch, StepDraw]]:
        """Yield the batches that are not empty, each row with its number among all held-out sounds."""
        assert self._begin is not None
        accelerator, seen = self._accelerator, 0
        stream.load_state_dict(self._begin)
        for batch in islice(stream, min(n_batches, len(stream))):
            own = torch.tensor([len(batch.keys)], device=accelerator.device)
            sizes = accelerator.gather(own).tolist()
            first = seen + sum(sizes[: accelerator.process_index])
            seen += sum(sizes)
            if batch.keys:
                rows = range(first, first + len(batch.keys))
                draw = StepDraw(self._config.seed, 0, rows, "validate")
                torch.manual_seed(draw.number("generator of the process"))
                yield SoundBatch.of(batch, accelerator.device), draw
        stream.close()

    @contextmanager
    def _looking(self) -> Iterator[None]:
        module = self._task.module
        module.eval()
        try:
            with self._ema.applied(), torch.no_grad(), precision(self._accelerator.device, self._config.precision):
                yield
        finally:
            module.train()
