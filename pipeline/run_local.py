"""The local engine: one supervised child does the tasks in order.

A child may die: of a decoder that segfaults, of one that eats the memory, or by our hand where it hangs. `verdicts.py`
finds the input that did it; then the task is done again.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from mkaudio.pipeline.task import Progress, Task, ToolboxFactory
from mkaudio.pipeline.verdicts import TRIES, EngineError, Verdicts, WorkerDiedError, no_culprit
from mkaudio.pipeline.worker import ONE_THREAD, Done, Failed, Order, in_flight
from mkaudio.shards import Refusal

T = TypeVar("T", bound=Task)
_START_WORKER = "from mkaudio.pipeline.worker import main; main()"
"""Not `-m`: what is pickled between the two must not live in a second `__main__`."""


class LocalEngine:
    """Runs tasks in one child process, a context manager.

    Args:
        factory: of the models, built once in the child.
        work: temporary folder for the journal and the verdicts.
        timeout_s: a child that reports nothing for so long is ended.
        keep_open: file descriptors that the child inherits, such as the dataset's lock.
    """

    def __init__(
        self, factory: ToolboxFactory, work: Path, timeout_s: float = 600.0, keep_open: tuple[int, ...] = ()
    ) -> None:
        self._factory, self._work, self._timeout_s, self._keep_open = factory, work, timeout_s, keep_open
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._verdicts = Verdicts(work / "verdicts.json")

    def __enter__(self) -> "LocalEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self._end_child()

    def run(self, tasks: Iterable[T], report: Callable[[Progress], None]) -> Iterator[tuple[T, Any]]:
        """Do the tasks, one after the other.

        Args:
            tasks: in order.
            report: takes the progress of tasks that go well.

        Yields:
            Each task with its receipt. An `EngineError` says that a task failed, or that it kills its worker without any
            input of it doing so alone.
        """
        for task in tasks:
            yield task, self._run_to_the_end(task, report)

    def _run_to_the_end(self, task: Task, report: Callable[[Progress], None]) -> Any:
        deaths = 0
        while True:
            try:
                return self._attempt(task, report)
            except WorkerDiedError as death:
                guilty = self._verdicts.guilty(task, in_flight(self._journal), self._try_alone)
                deaths += not guilty
                if deaths == TRIES:
                    raise no_culprit(task, deaths, death.how) from death

    def _try_alone(self, task: Task) -> None:
        self._end_child()
        self._attempt(task, lambda _: None)

    @property
    def verdicts(self) -> dict[str, Refusal]:
        """Inputs that killed their worker → what they were found guilty of."""
        return self._verdicts.known

    @property
    def _journal(self) -> Path:
        return self._work / "journal"

    def _attempt(self, task: Task, report: Callable[[Progress], None]) -> Any:
        connection = self._start_child()
        try:
            connection.send(Order(task, self.verdicts, self._journal))
            while connection.poll(self._timeout_s):
                answer = connection.recv()
                if isinstance(answer, Done):
                    return answer.receipt
                if isinstance(answer, Failed) and answer.system:
                    raise answer.system
                if isinstance(answer, Failed):
                    raise EngineError(f"{task.name}: {answer.kind}: {answer.message}")
                report(answer)
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise WorkerDiedError(self._end_child(), timed_out=False) from error
        self._end_child()
        raise WorkerDiedError(f"no progress for {self._timeout_s:g} s", timed_out=True)

    def _start_child(self) -> Connection:
        if self._connection is None:
            ours, theirs = Pipe()
            environment = {**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            command = [sys.executable, "-P", "-c", _START_WORKER, str(theirs.fileno())]
            self._child = subprocess.Popen(command, env=environment, pass_fds=(theirs.fileno(), *self._keep_open))
            theirs.close()
            self._connection = ours
            ours.send(self._factory)
        return self._connection

    def _end_child(self) -> str:
        """End the child where there is one; return how it ended."""
        if self._child is None or self._connection is None:
            return ""
        self._connection.close()
        try:
            code = self._child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        self._child = self._connection = None
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"
