"""The Ray cluster of a run: a running one by its address, or one on this machine that lives as long as the run."""

import logging
import math
import os
import socket
import sys
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from mkaudio.pipeline.supervisor import Limits

_OBJECT_STORE_BYTES = 80 << 20
"""Only receipts travel; Ray takes no less than 75 MB (ray_constants.OBJECT_STORE_MINIMUM_MEMORY_BYTES)."""
_MEMORY_SHARE = 0.9
_KNOCK_S = 5.0
_OURS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "disabled",
    "RAY_memory_monitor_refresh_ms": "0",
    "RAY_worker_niceness": "0",
}
"""For the Ray that we start: no calls home, no token file, workers of ordinary priority, and no memory monitor, since it ends
the watcher and not the child that eats the memory; `Limits.memory_bytes` is for that. Source: Ray's RAY_CONFIG list."""


@dataclass(frozen=True, slots=True)
class Workers:
    """How many there are and what each is given.

    Args:
        address: of a running cluster; None starts Ray on this machine for the run.
        count: workers; None takes as many as the CPUs, or the GPUs, allow.
        cpus: reserved for each; its libraries use one thread whatever this says.
        gpus: reserved for each.
    """

    address: str | None = None
    count: int | None = None
    cpus: float = 1.0
    gpus: float = 0.0

    @property
    def share(self) -> str:
        """What a worker is given, as a person reads it."""
        return f"{self.cpus:g} CPUs" + (f" and {self.gpus:g} GPUs" if self.gpus else "")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one worker.

    Args:
        node: id of the machine in Ray.
        host: its name.
        memory_bytes: that the worker may hold.
        losses: how many workers were lost in this place.
    """

    node: str
    host: str
    memory_bytes: float
    losses: int = 0

    def after_loss(self) -> "Slot":
        """Return the place with one more loss."""
        return replace(self, losses=self.losses + 1)


@contextmanager
def connected(workers: Workers) -> Iterator[None]:
    """Hold a connection to Ray; what is there already is left as it is.

    Args:
        workers: address, and how many CPUs the Ray that we start must offer.

    Yields:
        Nothing: Ray's state is global.

    Raises:
        ValueError: there is no cluster at the address, or Ray cannot start here.
    """
    if workers.address is None:
        for name, value in _OURS.items():
            os.environ.setdefault(name, value)
    import ray

    if ray.is_initialized():
        yield
        return
    try:
        if workers.address is not None:
            _knock(workers.address)
            ray.init(address=workers.address, log_to_driver=False, logging_level=logging.ERROR)
        else:
            with _our_path():
                ray.init(
                    address="local",
                    num_cpus=max(1, math.ceil((workers.count or default_count(workers)) * workers.cpus)),
                    object_store_memory=_OBJECT_STORE_BYTES,
                    include_dashboard=False,
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        if workers.address is None:
            raise ValueError(f"Ray cannot start on this machine ({error}); --engine local does without it") from error
        raise ValueError(
            f"--address {workers.address}: no Ray cluster answers ({error}); ray start --head begins one"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Fail in seconds where nobody listens; Ray itself goes on trying for minutes."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_S).close()


@contextmanager
def _our_path() -> Iterator[None]:
    """Let the Ray that is started meanwhile import what this process can.

    Yields:
        Nothing.
    """
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def default_count(workers: Workers) -> int:
    """Return how many workers this machine's CPUs allow.

    Args:
        workers: what each is given.
    """
    return max(1, int(len(os.sched_getaffinity(0)) / max(workers.cpus, 1e-9)))


def alive_nodes() -> dict[str, str]:
    """Return the machines that are there: id → name."""
    import ray

    return {node["NodeID"]: node["NodeManagerHostname"] for node in ray.nodes() if node["Alive"]}


def on_node(node: str) -> dict[str, Any]:
    """Return the options that put a task or an actor on one machine and no other.

    Args:
        node: id of the machine.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return {"scheduling_strategy": NodeAffinitySchedulingStrategy(node_id=node, soft=False)}


def slots_of(workers: Workers, limits: Limits, left_out: Container[str] = ()) -> list[Slot]:
    """Return places for workers, spread over the machines in turn: those for all of them, then those to spare.

    Args:
        workers: how many, and what each is given.
        limits: of each; without a memory limit a worker may hold its share of the machine's memory.
        left_out: ids of machines that are not to be used.
    """
    import ray

    rooms, memory = [], {}
    for node in ray.nodes():
        if not node["Alive"] or node["NodeID"] in left_out:
            continue
        has = node["Resources"]
        fits = [int(has.get("CPU", 0) / workers.cpus)] if workers.cpus else []
        fits += [int(has.get("GPU", 0) / workers.gpus)] if workers.gpus else []
        rooms.append([(node["NodeID"], node["NodeManagerHostname"])] * min(fits, default=1))
        memory[node["NodeID"]] = has.get("memory", math.inf) * _MEMORY_SHARE  # Ray knows of containers' limits
    in_turn = [place for places in zip_longest(*rooms) for place in places if place is not None]
    on_node = Counter(node for node, _ in in_turn[: workers.count])
    share = {node: memory[node] / max(1, on_node[node]) for node in memory}
    return [Slot(node, host, limits.memory_bytes or share[node]) for node, host in in_turn]
