"""One child process that does tasks, and who watches it. Both engines have one of these for each worker.

A child may die: of a decoder that segfaults, of one that eats the memory, or by our hand where it hangs. `verdicts.py`
finds the input that did it; then the task is done again. The watcher itself runs no decoder and no model.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mkaudio.pipeline.task import Progress, Task, ToolboxFactory
from mkaudio.pipeline.verdicts import TRIES, EngineError, Verdicts, WorkerDiedError, no_culprit
from mkaudio.pipeline.worker import ONE_THREAD, Done, Failed, Order, in_flight

_START_WORKER = "from mkaudio.pipeline.worker import main; main()"
"""Not `-m`: what is pickled between the two must not live in a second `__main__`."""
_LOOK_S = 0.2
"""How often a child's memory is looked at."""
_OUT_OF_GPU_MEMORY = "OutOfMemoryError"
"""Source: the class name of torch.OutOfMemoryError; torch is not imported here."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may do before it is ended.

    Args:
        timeout_s: how long it may report nothing.
        memory_bytes: how much memory it may hold; None sets no limit.
    """

    timeout_s: float = 600.0
    memory_bytes: float | None = None


class Supervisor:
    """Starts a child and does tasks in it.

    Args:
        factory: of the models, built once in the child.
        verdicts: what is known of deadly inputs.
        limits: of the child.
        keep_open: file descriptors that the child inherits, such as the dataset's lock.
    """

    def __init__(
        self, factory: ToolboxFactory, verdicts: Verdicts, limits: Limits, keep_open: tuple[int, ...] = ()
    ) -> None:
        self._factory, self.verdicts, self._limits = factory, verdicts, limits
        self._keep_open = keep_open
        self._folder = Path(tempfile.mkdtemp(prefix="mkaudio-"))
        self._journal = self._folder / "journal"
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def run(self, task: Task, report: Callable[[Progress], None]) -> Any:
        """Do a task to its end, whatever the inputs do to the child.

        Args:
            task: the work.
            report: takes its progress.

        Returns:
            The receipt.

        Raises:
            EngineError: the task failed, or kills its worker without any input of it doing so alone. An error of the
                system, such as a full disk, comes as it is.
        """
        deaths = 0
        while True:
            try:
                return self._attempt(task, report)
            except WorkerDiedError as death:
                deaths += not self.verdicts.guilty(task, death, self._try_alone)
                if deaths == TRIES:
                    raise EngineError(no_culprit(task, deaths, death.how, touched=bool(death.in_flight))) from death

    def close(self) -> None:
        """End the child and take away what it left on this machine."""
        self._end_child()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _try_alone(self, task: Task) -> None:
        self._end_child()
        self._attempt(task, lambda _: None)

    def _attempt(self, task: Task, report: Callable[[Progress], None]) -> Any:
        """Do a task once; where the GPU is too small for it, once more in smaller batches, down to a clip.

        Raises:
            EngineError: the task failed.
        """
        while True:
            try:
                return self._order(task, report)
            except _OutOfGpuMemoryError as error:
                smaller = task.smaller()
                if smaller is None:
                    raise EngineError(f"{task.name}: {error}, one clip at a time: give it a bigger GPU") from error
                task = smaller

    def _order(self, task: Task, report: Callable[[Progress], None]) -> Any:
        self._journal.unlink(missing_ok=True)  # what an earlier task left says nothing of this one
        heard = time.monotonic()
        try:
            connection = self._started()
            connection.send(Order(task, self.verdicts.of(task), self._journal))
            while (now := time.monotonic()) - heard < self._limits.timeout_s:
                if connection.poll(min(_LOOK_S, heard + self._limits.timeout_s - now)):
                    heard, answer = time.monotonic(), connection.recv()
                    if isinstance(answer, Done):
                        return answer.receipt
                    if isinstance(answer, Failed):
                        raise self._fault(task, answer)
                    report(answer)
                self._check_memory()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            how = self._end_child()
            raise self._death(how, how) from error
        self._end_child()
        how = f"no progress for {self._limits.timeout_s:g} s"
        raise self._death(how, "no progress for longer than --timeout-s", timed_out=True)

    def _death(self, how: str, kind: str, timed_out: bool = False) -> WorkerDiedError:
        return WorkerDiedError(how, kind, timed_out, in_flight(self._journal))

    def _fault(self, task: Task, failed: Failed) -> Exception:
        if failed.kind == _OUT_OF_GPU_MEMORY:
            self._end_child()  # a fresh child has a fresh allocator
            return _OutOfGpuMemoryError(failed.message.partition("\n")[0])
        if failed.system is not None:
            return failed.system
        return EngineError(f"{task.name}: {failed.kind}: {failed.message}")

    def _check_memory(self) -> None:
        """End a child that holds too much; it is dead then."""
        limit = self._limits.memory_bytes
        if limit is not None and self._child is not None and private_bytes(self._child.pid) > limit:
            self._end_child()
            raise self._death(f"more than {limit / 1e9:.2g} GB of memory", "more memory than a worker may hold")

    def _started(self) -> Connection:
        if self._connection is None:
            (self._folder / "tmp").mkdir(exist_ok=True)
            ours, theirs = Pipe()
            environment = {
                **os.environ, **ONE_THREAD, "TMPDIR": str(self._folder / "tmp"),
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            }  # fmt: skip
            command = [sys.executable, "-P", "-c", _START_WORKER, str(theirs.fileno())]
            self._child = subprocess.Popen(command, env=environment, pass_fds=(theirs.fileno(), *self._keep_open))
            theirs.close()
            self._connection = ours
            ours.send(self._factory)
        return self._connection

    def _end_child(self) -> str:
        """End the child where there is one, and remove its unfinished files; return how it ended."""
        if self._child is None or self._connection is None:
            return ""
        self._connection.close()
        try:
            code = self._child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        self._child = self._connection = None
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


class _OutOfGpuMemoryError(Exception):
    pass


def private_bytes(pid: int) -> int:
    """Return the memory that a process holds for itself; 0 where the system does not say.

    Args:
        pid: of the process.
    """
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
