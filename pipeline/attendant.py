"""What a Ray actor runs: one supervisor with its child, and an ear for the driver's questions beside it."""

import threading
from typing import Any

from mkaudio.pipeline.supervisor import Limits, Supervisor
from mkaudio.pipeline.task import Progress, Task, ToolboxFactory
from mkaudio.pipeline.verdicts import Verdicts
from mkaudio.shards import Refusal, Storage


class Attendant:
    """Does tasks, and keeps the progress that nobody has asked for yet.

    Args:
        factory: of the models.
        storage: of the dataset.
        limits: of its child.
    """

    def __init__(self, factory: ToolboxFactory, storage: Storage, limits: Limits) -> None:
        self._supervisor = Supervisor(factory, Verdicts(storage), limits)
        self._lock = threading.Lock()
        self._since = Progress()

    def run(self, task: Task) -> tuple[Any, dict[tuple[str, str], Refusal], Progress]:
        """Do a task.

        Args:
            task: the work.

        Returns:
            Its receipt, the verdicts that are known here, and the progress that is left.
        """
        receipt = self._supervisor.run(task, self._note)
        return receipt, self._supervisor.verdicts.known, self.progress()

    def progress(self) -> Progress:
        """Return what happened since the last call; answered beside `run`."""
        with self._lock:
            since, self._since = self._since, Progress()
        return since

    def ready(self) -> None:
        """Return when the actor is there."""

    def close(self) -> None:
        """End the child and take away what it left on this machine; Ray ends actors without asking them."""
        self._supervisor.close()

    def _note(self, progress: Progress) -> None:
        with self._lock:
            since = self._since
            self._since = Progress(
                since.items + progress.items, since.audio_s + progress.audio_s, since.refused + progress.refused
            )
