"""Where tasks run, and who watches: the contracts between the orchestration, the engines and the terminal."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from mkaudio.pipeline.task import Progress, Task

T = TypeVar("T", bound=Task)

Watch = Callable[[str, int | None, str], AbstractContextManager[Callable[[Progress], None]]]
"""(what is done, how many items or None where nobody knows yet, their unit) → a progress bar that takes reports."""


class Engine(Protocol):
    """Runs tasks; errors of inputs come back as data, a dead worker costs no task."""

    def run(self, tasks: Iterable[T], report: Callable[[Progress], None]) -> Iterator[tuple[T, Any]]:
        """Yield each task with its receipt, in the order in which they finish.

        Args:
            tasks: taken one by one, never all at once.
            report: takes progress.
        """
        ...
