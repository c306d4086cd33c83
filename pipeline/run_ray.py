"""The Ray engine: tasks over actors, on one machine or many. One task is one shard; only receipts travel.

An actor is a supervisor (`supervisor.py`) with its child beside it: what a poison input kills is never the process that
knows what was in flight, and this engine and the local one give the same verdicts and bytes. An actor that is lost all the
same, with its machine or by Ray's memory monitor, costs its task another start.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from mkaudio.pipeline.attendant import Attendant
from mkaudio.pipeline.cluster import Slot, Workers, alive_nodes, connected, on_node, slots_of
from mkaudio.pipeline.preflight import NodeReport, judge, look_around, make_check
from mkaudio.pipeline.sources import Source
from mkaudio.pipeline.supervisor import Limits
from mkaudio.pipeline.task import Progress, Task, ToolboxFactory
from mkaudio.pipeline.verdicts import TRIES, EngineError, no_culprit
from mkaudio.shards import Refusal, Storage

T = TypeVar("T", bound=Task)
_LOOK_S = 0.5
_CLOSE_S = 5.0
_START_S = 300.0
"""How long actors may take to start while none works: a busy cluster has no room at once, a full one never."""


@dataclass(slots=True, eq=False)
class _Worker:
    """An actor, where it runs, what it does, and the question about its progress that is on its way."""

    actor: Any
    slot: Slot
    task: Any = None
    asked: Any = None


@dataclass(slots=True)
class _Crew:
    """Who is where: places without an actor, actors that start, that wait, that work."""

    slots: deque[Slot]
    starting: dict[Any, _Worker] = field(default_factory=dict)
    idle: deque[_Worker] = field(default_factory=deque)
    busy: dict[Any, _Worker] = field(default_factory=dict)

    def everyone(self) -> Iterator[_Worker]:
        yield from self.starting.values()
        yield from self.idle
        yield from self.busy.values()


class RayEngine:
    """Runs tasks on Ray, a context manager.

    Args:
        factory: of the models, built once beside each actor.
        storage: of the dataset; all machines must reach it.
        sources: the inputs, which all machines must read.
        limits: of each worker; without a memory limit it is the machine's share.
        workers: how many, and what each is given.
        say: takes lines for a person: machines that are left out or lost.
    """

    def __init__(
        self,
        factory: ToolboxFactory,
        storage: Storage,
        sources: Sequence[Source],
        limits: Limits,
        workers: Workers,
        say: Callable[[str], None],
    ) -> None:
        self._factory, self._storage, self._sources, self._limits = factory, storage, sources, limits
        self._workers, self._say = workers, say
        self._last_loss = ""
        self.verdicts: dict[tuple[str, str], Refusal] = {}

    def __enter__(self) -> "RayEngine":
        self._connection = connected(self._workers)
        self._connection.__enter__()
        try:
            left_out = self._preflight()
            slots = slots_of(self._workers, self._limits, left_out)
            if not slots:
                raise ValueError(f"no machine that can be used has room for a worker of {self._workers.share}")
        except BaseException:
            self._connection.__exit__(None, None, None)
            raise
        self._crew = _Crew(deque(slots))
        return self

    def __exit__(self, *_: object) -> None:
        import ray

        actors = [worker.actor for worker in self._crew.everyone()]
        if closing := [actor.close.remote() for actor in actors]:
            ray.wait(closing, num_returns=len(closing), timeout=_CLOSE_S)
        for actor in actors:
            ray.kill(actor)
        self._connection.__exit__(None, None, None)

    def _preflight(self) -> dict[str, NodeReport]:
        """Look at every machine; return those that are left out."""
        import ray

        check = make_check(self._factory, self._sources, self._storage)
        hosts = alive_nodes()
        look = ray.remote(num_cpus=0, max_retries=0)(look_around)
        asked = {node: look.options(**on_node(node)).remote(check) for node in hosts}
        reports = {}
        for node, answer in asked.items():
            try:
                reports[node] = ray.get(answer, timeout=_START_S)
            except ray.exceptions.RayError as error:
                reports[node] = NodeReport(hosts[node], (f"cannot be asked: {str(error).strip().splitlines()[-1]}",))
        left_out = judge(reports, check)
        for report in left_out.values():
            self._say(f"machine {report.host} is left out: " + "; ".join(report.problems))
        return left_out

    def run(self, tasks: Iterable[T], report: Callable[[Progress], None]) -> Iterator[tuple[T, Any]]:
        """Do the tasks, as many at a time as there are workers.

        Args:
            tasks: taken when there is somebody to do them.
            report: takes progress.

        Yields:
            Each task with its receipt, in the order in which they finish.

        Raises:
            EngineError: a task failed, or no machine is left.
        """
        crew, source = self._crew, iter(tasks)
        waiting: deque[T] = deque()
        lost: Counter[str] = Counter()
        working = time.monotonic()
        while True:
            hands = len(crew.idle) + len(crew.starting) + self._free_slots()
            waiting.extend(islice(source, max(0, hands - len(waiting))))
            self._hire(len(waiting))
            while waiting and crew.idle:
                self._give(crew.idle.popleft(), waiting.popleft())
            if not crew.busy and not waiting:
                return
            working = time.monotonic() if crew.busy else working
            if not crew.busy and not crew.starting and not crew.slots:
                why = f" ({self._last_loss})" if self._last_loss else ""
                raise EngineError(f"no machine is left to work on{why}; mend that, then go on with --resume")
            if time.monotonic() - working > _START_S:
                raise EngineError(
                    f"no worker of {self._workers.share} could start in {_START_S:g} s: is the cluster full?"
                )
            for worker, receipt in self._wait(report):
                task, worker.task = worker.task, None
                if not isinstance(receipt, _Lost):
                    crew.idle.append(worker)
                    yield task, receipt
                    continue
                lost[task.name] += 1
                if lost[task.name] == TRIES:
                    raise EngineError(no_culprit(task, TRIES, receipt.how, touched=True))
                waiting.appendleft(task)

    def _free_slots(self) -> int:
        """Return how many more actors there may be."""
        crew = self._crew
        at_work = len(crew.starting) + len(crew.idle) + len(crew.busy)
        return min(len(crew.slots), (self._workers.count or len(crew.slots) + at_work) - at_work)

    def _hire(self, wanted: int) -> None:
        """Start as many actors as there is work for that nobody waits for."""
        import ray

        crew = self._crew
        for _ in range(min(self._free_slots(), wanted - len(crew.idle) - len(crew.starting))):
            slot = crew.slots.popleft()
            options = {"num_cpus": self._workers.cpus, "num_gpus": self._workers.gpus, "max_concurrency": 2}
            actor = ray.remote(Attendant).options(**options, **on_node(slot.node))
            limits = Limits(self._limits.timeout_s, slot.memory_bytes)
            worker = _Worker(actor.remote(self._factory, self._storage, limits), slot)
            crew.starting[worker.actor.ready.remote()] = worker

    def _give(self, worker: _Worker, task: Task) -> None:
        worker.task = task
        self._crew.busy[worker.actor.run.remote(task)] = worker

    def _wait(self, report: Callable[[Progress], None]) -> list[tuple[_Worker, Any]]:
        """Wait a moment; return workers whose task has ended, with its receipt or `_Lost`."""
        import ray

        crew = self._crew
        self._ask(report)
        ready, _ = ray.wait([*crew.starting, *crew.busy], num_returns=1, timeout=_LOOK_S)
        ended: list[tuple[_Worker, Any]] = []
        for ref in ready:
            worker = crew.starting.pop(ref) if ref in crew.starting else crew.busy.pop(ref)
            try:
                answer = ray.get(ref)
                if answer is None:  # it is ready to begin
                    crew.idle.append(worker)
                    continue
                receipt, verdicts, progress = answer
                self.verdicts |= verdicts
                report(progress)
                ended.append((worker, receipt))
            except ray.exceptions.RayTaskError as error:
                crew.idle.append(worker)  # it lives, and is ended with the others
                known = isinstance(error.cause, EngineError | OSError)
                raise error.cause if known else EngineError(str(error.cause)) from None
            except (
                ray.exceptions.RayError
            ) as error:  # dead, out of reach, ended by Ray's memory monitor, nowhere to be put
                self._mourn(worker, error)
                if worker.task is not None:
                    ended.append((worker, _Lost(self._last_loss)))
        return ended

    def _ask(self, report: Callable[[Progress], None]) -> None:
        """Take the answers about progress that are there, and ask again."""
        import ray

        for worker in self._crew.busy.values():
            if worker.asked is not None:
                if not ray.wait([worker.asked], timeout=0)[0]:
                    continue
                try:
                    report(ray.get(worker.asked))
                except ray.exceptions.RayError:
                    continue  # it is lost, which its task will say
            worker.asked = worker.actor.progress.remote()

    def _mourn(self, worker: _Worker, error: Exception) -> None:
        """Say that an actor is gone; its place is used again where its machine is still there."""
        import ray

        ray.kill(worker.actor)  # one that cannot be reached may still be at work
        slot = worker.slot.after_loss()
        there = slot.node in alive_nodes()
        what = "a worker is lost" if there else "the machine is lost with its worker"
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        self._last_loss = lines[0] if len(lines) == 1 else f"{lines[0]} ... {lines[-1]}"
        self._say(f"{slot.host}: {what} ({self._last_loss})")
        if there and slot.losses < TRIES:
            self._crew.slots.append(slot)


@dataclass(frozen=True, slots=True)
class _Lost:
    how: str
