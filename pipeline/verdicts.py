"""Which input killed a worker. Each suspect runs alone in a fresh worker; three deaths alone make it guilty.

A verdict is durable before its task is done again, whole, with the guilty one's place left empty. An innocent neighbour
of a chance death is never blamed.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from mkaudio.pipeline.task import Task
from mkaudio.shards import Reason, Refusal, read_sealed, write_sealed

TRIES = 3


class EngineError(RuntimeError):
    """Work cannot go on, and no single input is to blame."""


class WorkerDiedError(Exception):
    """A worker is gone.

    Args:
        how: the signal or exit code, or how long it said nothing.
        timed_out: whether the engine ended it.
    """

    def __init__(self, how: str, timed_out: bool) -> None:
        super().__init__(how)
        self.how, self.timed_out = how, timed_out


class Verdicts:
    """What is known of deadly inputs, in memory and on disk.

    Args:
        path: file that keeps them; those of an earlier run count.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        stated = read_sealed(path) if path.is_file() else {}
        self.known = {name: Refusal(Reason(one["reason"]), one["message"]) for name, one in stated.items()}

    def guilty(self, task: Task, suspects: Iterable[str], try_alone: Callable[[Task], object]) -> list[str]:
        """Return which suspects, not yet known, kill a fresh worker three times alone; their verdicts are on disk then.

        Args:
            task: the work during which a worker died.
            suspects: inputs that were in flight.
            try_alone: does a task in a fresh worker, or raises `WorkerDiedError`.
        """
        new = [name for name in suspects if name not in self.known]
        return [name for name in new if self._is_guilty(task.alone(name), name, try_alone)]

    def _is_guilty(self, alone: Task, name: str, try_alone: Callable[[Task], object]) -> bool:
        deaths: list[WorkerDiedError] = []
        for _ in range(TRIES):
            try:
                try_alone(alone)
            except WorkerDiedError as death:
                deaths.append(death)
            else:
                return False
        reason = Reason.TIMED_OUT if all(death.timed_out for death in deaths) else Reason.KILLED_WORKER
        self.known[name] = Refusal(reason, f"alone in a fresh worker, {TRIES} times: {deaths[-1].how}")
        content = {name: {"reason": one.reason.value, "message": one.message} for name, one in self.known.items()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_sealed(self._path, content, self._path.with_suffix(".part"))
        return True


def no_culprit(task: Task, deaths: int, how: str) -> EngineError:
    """Return the error for a task that keeps killing its worker while none of its inputs does so alone.

    Args:
        task: the task.
        deaths: how often.
        how: the last time.
    """
    return EngineError(
        f"{task.name}: the worker died {deaths} times ({how}) and none of the inputs in flight kills it alone. "
        "Is there memory enough? Try a smaller --batch-size, then --resume."
    )
