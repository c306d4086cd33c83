"""Which input killed a worker. Each suspect runs alone in a fresh worker; three deaths alone make it guilty.

A verdict is durable before its task is done again, whole, with the guilty one's place left empty. An innocent neighbour
of a chance death is never blamed, and a death before the input was touched, such as of a model that does not load, says
nothing of it. A verdict is of an input in a task: of a long source, one shard's windows may kill and another's not.
"""

import hashlib
from collections.abc import Callable, Sequence

from mkaudio.pipeline.task import Task
from mkaudio.shards import TEMPORARY_FOLDER, Reason, Refusal, Storage, read_sealed, sealed

TRIES = 3
VERDICTS_FOLDER = f"{TEMPORARY_FOLDER}/verdicts"


class EngineError(RuntimeError):
    """Work cannot go on, and no single input is to blame."""


class WorkerDiedError(Exception):
    """A worker is gone.

    Args:
        how: as a person reads it, with the limit that it met.
        kind: the same without numbers, so that verdicts do not depend on limits.
        timed_out: whether it was ended because it said nothing.
        in_flight: the inputs that it was at.
    """

    def __init__(self, how: str, kind: str, timed_out: bool, in_flight: Sequence[str]) -> None:
        super().__init__(how)
        self.how, self.kind, self.timed_out, self.in_flight = how, kind, timed_out, tuple(in_flight)


class Verdicts:
    """What is known of deadly inputs, in memory and in the dataset's temporary folder: a file each.

    Args:
        storage: of the dataset; verdicts of an earlier run, or of another worker, count.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.known: dict[tuple[str, str], Refusal] = {}
        self._look_again()

    def of(self, task: Task) -> dict[str, Refusal]:
        """Return input → verdict for one task.

        Args:
            task: the work.
        """
        return {name: verdict for (of_task, name), verdict in self.known.items() if of_task == task.name}

    def guilty(self, task: Task, death: WorkerDiedError, try_alone: Callable[[Task], object]) -> list[str]:
        """Return which suspects, not known before, are guilty; their verdicts are durable then.

        Args:
            task: the work during which a worker died.
            death: how, and at which inputs.
            try_alone: does a task in a fresh worker, or raises `WorkerDiedError`.
        """
        new = [name for name in death.in_flight if (task.name, name) not in self.known]
        self._look_again()
        return [name for name in new if (task.name, name) in self.known or self._is_guilty(task, name, try_alone)]

    def _look_again(self) -> None:
        """Read what others have found since."""
        for file in self._storage.names(VERDICTS_FOLDER):
            if file.endswith(".json"):
                one = read_sealed(self._storage, file)
                self.known[one["task"], one["input"]] = Refusal(Reason(one["reason"]), one["message"])

    def _is_guilty(self, task: Task, name: str, try_alone: Callable[[Task], object]) -> bool:
        """Try a suspect.

        Raises:
            EngineError: workers die before they touch it.
        """
        deaths: list[WorkerDiedError] = []
        for _ in range(TRIES):
            try:
                try_alone(task.alone(name))
            except WorkerDiedError as death:
                if name not in death.in_flight:
                    raise EngineError(no_culprit(task, 1, death.how, touched=False)) from death
                deaths.append(death)
            else:
                return False
        reason = Reason.TIMED_OUT if all(death.timed_out for death in deaths) else Reason.KILLED_WORKER
        verdict = Refusal(reason, f"alone in a fresh worker, {TRIES} times: {deaths[-1].kind}")
        content = {"task": task.name, "input": name, "reason": verdict.reason.value, "message": verdict.message}
        self._storage.publish_bytes(sealed(content), _file_of(task.name, name))
        self.known[task.name, name] = verdict
        return True


def _file_of(task: str, name: str) -> str:
    return f"{VERDICTS_FOLDER}/{hashlib.sha256(f'{task}: {name}'.encode()).hexdigest()[:20]}.json"


def no_culprit(task: Task, deaths: int, how: str, touched: bool) -> str:
    """Return what to say of a task that keeps killing its worker while none of its inputs does so alone.

    Args:
        task: the task.
        deaths: how often.
        how: the last time.
        touched: whether it had begun with an input.
    """
    times = f"{deaths} times" if deaths > 1 else "once more"
    if touched:
        found = "and none of the inputs in flight kills it alone"
        advice = "Is there memory enough? Try a smaller --batch-size or fewer --workers"
    else:
        found = "before it had touched an input"
        advice = "Do the models load? Is --timeout-s long enough for it, and --memory-gb? Try fewer --workers"
    return f"{task.name}: the worker died {times} ({how}) {found}. {advice}, then --resume."
