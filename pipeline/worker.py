"""The child process: takes tasks from its parent, reports progress, leaves a journal that outlives it.

Started by `supervisor.py`, which passes it a file descriptor. The environment fixes one thread a library, so that
the same bytes come out whatever the machine.
"""

import contextlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from mkaudio.pipeline.task import Progress, Task, ToolboxFactory, Workplace
from mkaudio.shards import Refusal, naming

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
_PARENT_CHECK_S = 0.5


@dataclass(frozen=True, slots=True)
class Order:
    """What the parent sends: a task, what is known of poison inputs, and where the journal is."""

    task: Task
    verdicts: Mapping[str, Refusal]
    journal: Path


@dataclass(frozen=True, slots=True)
class Done:
    """A finished task's receipt."""

    receipt: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that raised: a fault of the machine or of ours, never of one input.

    Args:
        kind: name of the exception's class.
        message: what it says.
        system: the error itself, where it is the system's.
    """

    kind: str
    message: str
    system: OSError | None = None


class FileJournal:
    """Inputs in flight, one line an entry or exit; what the process wrote survives its death.

    Args:
        path: the file, made anew.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)

    def enter(self, name: str) -> None:
        """Note that work on an input begins.

        Args:
            name: root/path.
        """
        self._write(f"+{json.dumps(name)}\n")

    def leave(self, name: str) -> None:
        """Note that it is over.

        Args:
            name: root/path.
        """
        self._write(f"-{json.dumps(name)}\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._handle)

    def _write(self, line: str) -> None:
        with naming(self._path):
            os.write(self._handle, line.encode())


def in_flight(journal: Path) -> list[str]:
    """Return the inputs that a dead process was working on, in order.

    Args:
        journal: its file.
    """
    if not journal.is_file():
        return []
    names: dict[str, None] = {}
    for line in journal.read_text("utf-8", "replace").splitlines():
        try:
            name = json.loads(line[1:])
        except json.JSONDecodeError:  # cut off by the death, or by a disk that was full
            continue
        if line[0] == "+":
            names[name] = None
        else:
            names.pop(name, None)
    return list(names)


def serve(connection: Connection, factory: ToolboxFactory) -> None:
    """Do tasks until the parent hangs up.

    Args:
        connection: orders come in, progress and receipts go out.
        factory: of the models; they are built at the first task that needs them.
    """
    report: Callable[[Progress], None] = connection.send
    workplace = Workplace(factory, report=report)
    while True:
        try:
            order: Order = connection.recv()
        except (EOFError, ConnectionResetError):
            return
        try:
            with contextlib.closing(FileJournal(order.journal)) as journal:
                workplace.verdicts, workplace.journal = order.verdicts, journal
                answer: Done | Failed = Done(order.task.run(workplace))
        except BrokenPipeError:
            return  # the parent is gone, and its progress bar with it
        except MemoryError:  # whoever asked for it, nothing here can be trusted any more
            os.kill(os.getpid(), signal.SIGKILL)
            return
        except Exception as error:  # noqa: BLE001 - errors travel to the parent as data
            system = error if isinstance(error, OSError) and error.errno else None
            answer = Failed(type(error).__name__, str(error) or repr(error), system)
        connection.send(answer)


def _die_with(parent: int) -> None:
    """End this process when its parent is gone, in whatever it is doing: its folder may soon be another's."""
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_S)
    os.kill(os.getpid(), signal.SIGKILL)


def _die_first() -> None:
    """Ask the kernel, where memory runs out, to end this process and not the one that knows what it was doing."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def main() -> None:
    """Serve the parent whose end of the connection is the file descriptor in argv."""
    _die_first()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent gets it as well, and decides
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()
    connection = Connection(int(sys.argv[1]))
    serve(connection, connection.recv())
