"""One step: forward, backward, clip, step of the optimizer. N numbers, M micro-batches of this process."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from accelerate import Accelerator

from mkaudio.models.precision import precision
from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.config import TrainingConfig
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.training.optimizer_state import check_groups
from mkaudio.models.training.schedule import height
from mkaudio.models.training.task import Task

_OWN = ("loss", "step", "learning_rate", "samples_per_s", "wait_share")


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """What a step gave, on the device.

    Args:
        names: of the numbers: loss, the task's, and grad_norm_<name of the groups>.
        values: (N,) means over micro-batches and processes.
        losses: (M,) of this process.
        keys: of the sounds of each micro-batch.
        stop: (), above 0 where any process wants the end.
    """

    names: tuple[str, ...]
    values: torch.Tensor
    losses: torch.Tensor
    keys: list[list[str]]
    stop: torch.Tensor

    def by_name(self) -> Mapping[str, torch.Tensor]:
        """Return the numbers by name, each ()."""
        return dict(zip(self.names, self.values.unbind(), strict=True))


class Stepper:
    """Moves a task's weights.

    Args:
        task: what is trained; its module is brought to the device.
        config: how.
        accelerator: devices and processes.

    Raises:
        ValueError: the batch does not divide, or the task's groups are not its module's.
    """

    def __init__(self, task: Task, config: TrainingConfig, accelerator: Accelerator) -> None:
        self._task, self._config, self._accelerator = task, config, accelerator
        self._rows = config.rows_at_a_time(accelerator.num_processes)
        self._names: tuple[str, ...] = ()
        if config.compile:
            task.compile()
        self._model = accelerator.prepare_model(task.module)
        task.module.train()
        self.optimizer = torch.optim.AdamW(
            task.parameter_groups(config.learning_rate),
            lr=config.learning_rate,
            betas=config.betas,
            weight_decay=config.weight_decay,
            fused=True,  # one call for all weights: of tiny, 2 ms a step and not 8
        )
        check_groups(self.optimizer, task.module)
        self._full = [group["lr"] for group in self.optimizer.param_groups]
        self._clipped: dict[str, list[torch.Tensor]] = {}
        for group in self.optimizer.param_groups:
            self._clipped.setdefault(f"grad_norm_{group.get('name', 'all')}", []).extend(group["params"])

    def gradients(self, batch: SoundBatch, draw: StepDraw, stop: bool) -> StepNumbers:
        """Make the gradients of a step, and clip them.

        Args:
            batch: the sounds of this process.
            draw: of the same rows.
            stop: whether this process wants the end.

        Returns:
            The numbers of the step.
        """
        found: list[torch.Tensor] = []
        keys: list[list[str]] = []
        for start in range(0, len(batch), self._rows):
            rows = slice(start, start + self._rows)
            last = start + self._rows == len(batch)
            with nullcontext() if last else self._accelerator.no_sync(self._model):
                found.append(self._micro(batch.part(rows), draw.part(rows)))
            keys.append(list(batch.keys[rows]))
        greatest = self._config.clip_norm or float("inf")
        norms = [torch.nn.utils.clip_grad_norm_(own, greatest) for own in self._clipped.values()]
        device = found[0].device
        ours = torch.cat([
            torch.stack(found).mean(dim=0),
            torch.stack([norm.to(device, torch.float32) for norm in norms]),
            torch.full((1,), float(stop), device=device),
        ])
        values = self._accelerator.reduce(ours, "mean")
        losses = torch.stack([one[0] for one in found])
        return StepNumbers((*self._names, *self._clipped), values[:-1], losses, keys, values[-1])

    def move(self, step: int, numbers: StepNumbers) -> float:
        """Move the weights by the gradients.

        Args:
            step: number of the step.
            numbers: of the gradients.

        Returns:
            The learning rate of the first group.
        """
        for group, full in zip(self.optimizer.param_groups, self._full, strict=True):
            group["lr"] = full * height(step, self._config)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._task.after_step(numbers.by_name())
        return float(self.optimizer.param_groups[0]["lr"])

    def _micro(self, batch: SoundBatch, draw: StepDraw) -> torch.Tensor:
        """Add the gradients of some rows; return loss and numbers (K,)."""
        _seed(self._accelerator.device, draw.number("generator of the process"))  # for a network's dropout
        with precision(self._accelerator.device, self._config.precision):
            loss, numbers = self._model(batch, draw)
        self._accelerator.backward(loss / self._config.accumulate)
        self._same_names(("loss", *numbers))
        return torch.stack([loss.detach().float(), *(one.detach().float() for one in numbers.values())])

    def _same_names(self, names: tuple[str, ...]) -> None:
        wrong = [name for name in names[1:] if name in _OWN or name.startswith("grad_norm_")]
        if wrong:
            raise ValueError(f"the task reports {', '.join(wrong)}: these names are the loop's")
        self._names = self._names or names
        if names != self._names:
            raise ValueError(
                f"the task reported {', '.join(self._names)}, and then {', '.join(names)}; it must report the same at every step"
            )


def _seed(device: torch.device, seed: int) -> None:
    """Do for the processor and the device what `torch.manual_seed` does for all, which takes 4 ms where it finds no GPU."""
    torch.default_generator.manual_seed(seed)
    if device.type != "cpu":
        torch.get_device_module(device).manual_seed(seed)
