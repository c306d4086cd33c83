"""What the loop trains: it knows no network, a task does. B batch of this forward."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw


class Task(Protocol):
    """A training: the module with its losses, and what is looked at meanwhile."""

    @property
    def name(self) -> str:
        """What is trained, in one word: "vae"."""
        ...

    @property
    def module(self) -> torch.nn.Module:
        """What is trained. All its tensors are in the checkpoint.

        `module(batch: SoundBatch, draw: StepDraw) -> (loss, numbers)`: the loss (0-d) is the mean over the batch, and its
        backward gives every gradient. The numbers (0-d, detached, finite, the same names at every step) are logged; none is
        called "loss" or "step". What is random comes from `draw` alone. It runs under autocast.
        """
        ...

    @property
    def memory_settings(self) -> Sequence[str]:
        """Names of the task's settings that cost memory, the strongest first: "crop_frames"."""
        ...

    @property
    def curves(self) -> Sequence[Sequence[str]]:
        """Columns of the logs that tell how it goes, a panel of the loss plot for each group."""
        ...

    def config(self) -> dict[str, Any]:
        """Return plain values (for JSON) that decide what the weights mean: a checkpoint of others is refused."""
        ...

    def parameter_groups(self, learning_rate: float) -> list[dict[str, Any]]:
        """Return the groups for AdamW.

        Each has "params" and may have "lr", "betas", "weight_decay", and "name": gradients of groups of one name are clipped
        together, and their norm is logged as `grad_norm_<name>`.

        Args:
            learning_rate: of the training's config.
        """
        ...

    def compile(self) -> None:
        """Compile what is worth it, in place (`nn.Module.compile()`): names of tensors stay."""
        ...

    def after_step(self, numbers: Mapping[str, torch.Tensor]) -> None:
        """Do what follows a step of the optimizer, as the update of running moments. Without a wait for the device.

        Args:
            numbers: of the step, averaged over micro-batches and processes.
        """
        ...

    def validate(self, module: torch.nn.Module, batch: SoundBatch, draw: StepDraw) -> dict[str, torch.Tensor]:
        """Judge held-out sounds, without gradients. The module holds the averaged weights (EMA).

        Args:
            module: the task's, in eval mode.
            batch: B held-out sounds, B at least 1.
            draw: the same at every validation.

        Returns:
            For each number (2,): the sum over the batch, and of how many; sums of all batches and processes are added.
        """
        ...

    def show(self, module: torch.nn.Module, batch: SoundBatch, folder: Path) -> None:
        """Write pictures and sounds, without gradients. The module holds the averaged weights (EMA).

        Args:
            module: the task's, in eval mode.
            batch: sounds, the same at every call where there are held-out ones.
            folder: an empty one.
        """
        ...
