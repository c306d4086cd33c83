"""The local engine: one supervised child does the tasks in order."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from mkaudio.pipeline.supervisor import Limits, Supervisor
from mkaudio.pipeline.task import Progress, Task, ToolboxFactory
from mkaudio.pipeline.verdicts import Verdicts
from mkaudio.shards import Refusal, Storage

T = TypeVar("T", bound=Task)


class LocalEngine:
    """Runs tasks in one child process, a context manager.

    Args:
        factory: of the models, built once in the child.
        storage: of the dataset, which keeps the verdicts.
        limits: of the child.
        keep_open: file descriptors that the child inherits, such as the dataset's lock.
    """

    def __init__(
        self, factory: ToolboxFactory, storage: Storage, limits: Limits, keep_open: tuple[int, ...] = ()
    ) -> None:
        self._supervisor = Supervisor(factory, Verdicts(storage), limits, keep_open)

    def __enter__(self) -> "LocalEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.close()

    def run(self, tasks: Iterable[T], report: Callable[[Progress], None]) -> Iterator[tuple[T, Any]]:
        """Do the tasks, one after the other.

        Args:
            tasks: in order.
            report: takes the progress of tasks that go well.

        Yields:
            Each task with its receipt.
        """
        for task in tasks:
            yield task, self._supervisor.run(task, report)

    @property
    def verdicts(self) -> dict[tuple[str, str], Refusal]:
        """(task, input) that killed a worker → what it was found guilty of."""
        return self._supervisor.verdicts.known
