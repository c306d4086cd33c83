"""Which input killed a worker. Each suspect runs alone in a fresh worker; three deaths alone make it guilty.

A verdict is durable before its task is done again, whole, with the guilty one's place left empty. An innocent neighbour
of a chance death is never blamed.
"""

import hashlib
from collections.abc import Callable, Iterable

from mkaudio.pipeline.task import Task
from mkaudio.shards import TEMPORARY_FOLDER, Reason, Refusal, Storage, read_sealed, sealed

TRIES = 3
VERDICTS_FOLDER = f"{TEMPORARY_FOLDER}/verdicts"


class EngineError(RuntimeError):
    """Work cannot go on, and no single input is to blame."""


class WorkerDiedError(Exception):
    """A worker is gone.

    Args:
        how: the signal or exit code, or how long it said nothing.
        timed_out: whether it was ended because it said nothing.
    """

    def __init__(self, how: str, timed_out: bool) -> None:
        super().__init__(how)
        self.how, self.timed_out = how, timed_out


class Verdicts:
    """What is known of deadly inputs, in memory and in the dataset's temporary folder: a file each.

    Args:
        storage: of the dataset; verdicts of an earlier run, or of another worker, count.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.known: dict[str, Refusal] = {}
        self.look_again()

    def look_again(self) -> None:
        """Read what others have found since."""
        for file in self._storage.names(VERDICTS_FOLDER):
            if file.endswith(".json"):
                one = read_sealed(self._storage, file)
                self.known[one["input"]] = Refusal(Reason(one["reason"]), one["message"])

    def guilty(self, task: Task, suspects: Iterable[str], try_alone: Callable[[Task], object]) -> list[str]:
        """Return which suspects, not known before, are guilty; their verdicts are durable then.

        Args:
            task: the work during which a worker died.
            suspects: inputs that were in flight.
            try_alone: does a task in a fresh worker, or raises `WorkerDiedError`.
        """
        new = [name for name in suspects if name not in self.known]
        self.look_again()
        return [name for name in new if name in self.known or self._is_guilty(task.alone(name), name, try_alone)]

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
        verdict = Refusal(reason, f"alone in a fresh worker, {TRIES} times: {deaths[-1].how}")
        content = {"input": name, "reason": verdict.reason.value, "message": verdict.message}
        self._storage.publish_bytes(sealed(content), _file_of(name))
        self.known[name] = verdict
        return True


def _file_of(name: str) -> str:
    return f"{VERDICTS_FOLDER}/{hashlib.sha256(name.encode()).hexdigest()[:20]}.json"


def no_culprit(task: Task, deaths: int, how: str) -> str:
    """Return what to say of a task that keeps killing its worker while none of its inputs does so alone.

    Args:
        task: the task.
        deaths: how often.
        how: the last time.
    """
    return (
        f"{task.name}: the worker died {deaths} times ({how}) and none of the inputs in flight kills it alone. "
        "Is there memory enough? Try a smaller --batch-size or fewer --workers, then --resume."
    )
