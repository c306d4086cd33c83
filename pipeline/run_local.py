"""The local engine: one supervised child does the tasks in order.

A task is what may die: a decoder that segfaults, one that eats the memory, one that hangs. After a death each input that
was in flight runs alone in a fresh child; three deaths alone make it guilty. Its verdict is durable before the task is
done again, whole, with the guilty one's place left empty. An innocent neighbour is never blamed.
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
from mkaudio.pipeline.worker import ONE_THREAD, Done, Failed, Order, in_flight
from mkaudio.shards import Reason, Refusal, read_sealed, write_sealed

T = TypeVar("T", bound=Task)
_TRIES = 3
_START_WORKER = "from mkaudio.pipeline.worker import main; main()"
"""Not `-m`: what is pickled between the two must not live in a second `__main__`."""


class EngineError(RuntimeError):
    """Work cannot go on, and no single input is to blame."""


class _DiedError(Exception):
    """The child is gone; `timed_out` where the parent ended it."""

    def __init__(self, how: str, timed_out: bool) -> None:
        super().__init__(how)
        self.how, self.timed_out = how, timed_out


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
        self._verdicts_file = work / "verdicts.json"
        self.verdicts = _read_verdicts(self._verdicts_file)

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
            except _DiedError as death:
                guilty = [name for name in in_flight(self._journal) if self._is_guilty(task, name)]
                deaths += not guilty
                if deaths == _TRIES:
                    raise EngineError(
                        f"{task.name}: the worker died {deaths} times ({death.how}) and none of the inputs in flight "
                        "kills it alone. Is there memory enough? Try a smaller --batch-size, then --resume."
                    ) from death

    def _is_guilty(self, task: Task, name: str) -> bool:
        """Try one input alone, each time in a fresh child; keep the verdict where every try is a death."""
        deaths: list[_DiedError] = []
        for _ in range(_TRIES):
            self._end_child()
            try:
                self._attempt(task.alone(name), lambda _: None)
            except _DiedError as death:
                deaths.append(death)
            else:
                return False
        timed_out = all(death.timed_out for death in deaths)
        reason = Reason.TIMED_OUT if timed_out else Reason.KILLED_WORKER
        self.verdicts[name] = Refusal(reason, f"alone in a fresh worker, {_TRIES} times: {deaths[-1].how}")
        _write_verdicts(self._verdicts_file, self.verdicts)
        return True

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
                if isinstance(answer, Failed):
                    raise EngineError(f"{task.name}: {answer.kind}: {answer.message}")
                report(answer)
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise _DiedError(self._end_child(), timed_out=False) from error
        self._end_child()
        raise _DiedError(f"no progress for {self._timeout_s:g} s", timed_out=True)

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


def _read_verdicts(path: Path) -> dict[str, Refusal]:
    if not path.is_file():
        return {}
    stated = read_sealed(path)
    return {name: Refusal(Reason(one["reason"]), one["message"]) for name, one in stated.items()}


def _write_verdicts(path: Path, verdicts: dict[str, Refusal]) -> None:
    content = {name: {"reason": one.reason.value, "message": one.message} for name, one in verdicts.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    write_sealed(path, content, path.with_suffix(".part"))
