"""Settings of a training: how long, how fast, how often to look. Those of the network are its task's."""

import math
from dataclasses import dataclass, fields

_DECAYS = ("constant", "cosine")
_PRECISIONS = ("float32", "bfloat16", "auto")

FREE_ON_RESUME = frozenset({
    "max_steps", "max_minutes", "accumulate", "compile", "log_every", "validate_every", "validate_batches", "show_every",
    "checkpoint_every", "keep_checkpoints",
})  # fmt: skip
"""What may be other than it was when a training goes on."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How to train. Intervals are in steps; 0 is never.

    Args:
        max_steps: when to end.
        max_minutes: when to end, if that comes first; counts from the start or the resume. 0 for no limit.
        batch_size: sounds of a step, over all processes and micro-batches.
        accumulate: micro-batches of a step: more take less memory.
        learning_rate: what a task makes its groups from.
        betas: of AdamW.
        weight_decay: of AdamW.
        warm_up_steps: the learning rate rises from 0 to its full height in them, in a line.
        decay: of the learning rate after that: constant, or cosine (to 0 at max_steps).
        clip_norm: greatest norm of the gradients of a group; 0 for any.
        ema_decay: share of the averaged weights that stays at a step, in the long run; 0 for no average.
        precision: of a forward: float32, bfloat16, or auto: bfloat16 where the device computes in it. Weights are float32.
        compile: run torch.compile on what the task names.
        seed: of what is drawn.
        log_every: when to log.
        validate_every: when to judge held-out sounds.
        validate_batches: how many of their batches; 0 for all.
        show_every: when to write pictures and sounds.
        checkpoint_every: when to write a checkpoint; the end is one as well.
        keep_checkpoints: how many to keep, the newest; at least 1.

    Raises:
        ValueError: a setting makes no sense.
    """

    max_steps: int
    max_minutes: float = 0.0
    batch_size: int = 16
    accumulate: int = 1
    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.01
    warm_up_steps: int = 0
    decay: str = "constant"
    clip_norm: float = 1.0
    ema_decay: float = 0.9999
    precision: str = "float32"
    compile: bool = False
    seed: int = 0
    log_every: int = 10
    validate_every: int = 1000
    validate_batches: int = 0
    show_every: int = 1000
    checkpoint_every: int = 1000
    keep_checkpoints: int = 3

    def __post_init__(self) -> None:
        for name in ("max_steps", "batch_size", "accumulate", "log_every", "keep_checkpoints"):
            self._demand(name, getattr(self, name) >= 1, "at least 1")
        for name in (
            "max_minutes", "weight_decay", "warm_up_steps", "clip_norm", "validate_every", "validate_batches", "show_every",
            "checkpoint_every",
        ):  # fmt: skip
            self._demand(name, 0 <= getattr(self, name) < math.inf, "0 or more")
        self._demand("learning_rate", 0 < self.learning_rate < math.inf, "above 0")
        self._demand("betas", len(self.betas) == 2 and all(0 <= beta < 1 for beta in self.betas), "two of [0, 1)")
        self._demand("ema_decay", 0 <= self.ema_decay < 1, "of [0, 1)")
        self._demand("decay", self.decay in _DECAYS, f"one of {', '.join(_DECAYS)}")
        self._demand("precision", self.precision in _PRECISIONS, f"one of {', '.join(_PRECISIONS)}")

    def _demand(self, name: str, holds: bool, what: str) -> None:
        if not holds:
            raise ValueError(f"{name} = {getattr(self, name)!r}: give {what}")

    def rows_at_a_time(self, world_size: int) -> int:
        """Return the sounds of one forward of one process.

        Args:
            world_size: number of processes.

        Raises:
            ValueError: the batch does not divide into equal parts.
        """
        parts = world_size * self.accumulate
        if self.batch_size % parts:
            raise ValueError(
                f"batch_size = {self.batch_size} does not divide into {world_size} process(es) x accumulate = "
                f"{self.accumulate}: take a multiple of {parts}, which counts the sounds of a step over all processes"
            )
        return self.batch_size // parts


def settings_of(config: TrainingConfig) -> dict[str, int | float | str | list[float]]:
    """Return the settings as plain values for JSON.

    Args:
        config: of the training.
    """
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
