"""Which engine a command runs on: options → an engine, checked before anything is started."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.pipeline import Limits, LocalEngine, RayEngine, Source, Workers
    from mkaudio.pipeline.task import ToolboxFactory
    from mkaudio.shards import Storage

_GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """What the options say.

    Args:
        workers: of the ray engine; None for the local one.
        limits: of each worker.
    """

    workers: "Workers | None"
    limits: "Limits"

    def engine(
        self, factory: "ToolboxFactory", storage: "Storage", sources: "Sequence[Source]", lock: tuple[int, ...]
    ) -> "LocalEngine | RayEngine":
        """Return the engine, not started yet.

        Args:
            factory: of the models.
            storage: of the dataset.
            sources: the inputs.
            lock: file descriptors of the dataset's lock, for workers that are children of this process.
        """
        from mkaudio.pipeline import LocalEngine, RayEngine

        if self.workers is None:
            return LocalEngine(factory, storage, self.limits, lock)
        return RayEngine(factory, storage, sources, self.limits, self.workers, _say)


def engine_choice(
    engine: str,
    workers: int | None,
    address: str | None,
    cpus: float,
    gpus: float,
    timeout_s: float,
    memory_gb: float | None,
) -> EngineChoice:
    """Check the options.

    Args:
        engine: "ray" or "local".
        workers: how many; None for as many as fit.
        address: of a running cluster.
        cpus: for each worker.
        gpus: for each worker.
        timeout_s: how long a worker may report nothing.
        memory_gb: what a worker may hold, in 10^9 bytes.

    Raises:
        ValueError: an option makes no sense, or none with this engine.
    """
    from mkaudio.pipeline import Limits, Workers

    if engine not in {"ray", "local"}:
        raise ValueError(f"--engine {engine}: not known; there is ray, local")
    if timeout_s <= 0:
        raise ValueError(f"--timeout-s {timeout_s:g}: more than 0 seconds")
    if memory_gb is not None and memory_gb <= 0:
        raise ValueError(f"--memory-gb {memory_gb:g}: more than 0")
    if workers is not None and workers < 1:
        raise ValueError(f"--workers {workers}: at least 1")
    if cpus < 0 or gpus < 0 or cpus + gpus == 0:
        raise ValueError(f"--cpus-per-worker {cpus:g}, --gpus-per-worker {gpus:g}: not below 0, and not both 0")
    limits = Limits(timeout_s, None if memory_gb is None else int(memory_gb * _GB))
    if engine == "ray":
        return EngineChoice(Workers(address, workers, cpus, gpus), limits)
    if address is not None or (workers or 1) > 1:
        raise ValueError("--engine local has one worker, on this machine: --workers and --address need --engine ray")
    return EngineChoice(None, limits)


def _say(line: str) -> None:
    print(f"note: {line}", file=sys.stderr)
