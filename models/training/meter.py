"""How fast a training is, and how much of its time the device waits for sounds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


class Meter:
    """Times of the steps since the last reading; what lies between steps (validation, checkpoints) does not count.

    A processor waits as long as the stream takes. A GPU works on while the next batch is waited for: there the wait of a step is
    the smaller of the stream's time and of the gap between two steps on the GPU.

    Args:
        device: where the network is.
        batch_size: sounds of a step, over all processes.
    """

    def __init__(self, device: torch.device, batch_size: int) -> None:
        self._cuda, self._batch_size = device.type == "cuda", batch_size
        self._steps, self._spent_s = 0, 0.0
        self._waits: list[tuple[float, tuple[torch.cuda.Event, torch.cuda.Event] | None]] = []
        self._end: torch.cuda.Event | None = None

    @contextmanager
    def step(self) -> Iterator[None]:
        """Time a step: its wait, its work, and the reading of its numbers.

        Yields:
            Nothing.
        """
        began_s = time.perf_counter()
        yield
        self._spent_s += time.perf_counter() - began_s
        self._steps += 1
        self._end = self._mark()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Time the wait for a batch.

        Yields:
            Nothing.
        """
        began_s = time.perf_counter()
        yield
        waited_s, end, start = time.perf_counter() - began_s, self._end, self._mark()
        self._waits.append((waited_s, (end, start) if end is not None and start is not None else None))

    def pause(self) -> None:
        """Forget the end of the last step: what follows it on the device is no step."""
        self._end = None

    def read(self) -> dict[str, float]:
        """Return samples_per_s and wait_share since the last reading; the device must be done with the steps."""
        waited_s = sum(
            waited_s if gap is None else min(waited_s, gap[0].elapsed_time(gap[1]) / 1000)
            for waited_s, gap in self._waits
        )
        spent_s = max(self._spent_s, 1e-9)
        found = {"samples_per_s": self._steps * self._batch_size / spent_s, "wait_share": min(waited_s / spent_s, 1.0)}
        self._steps, self._spent_s, self._waits = 0, 0.0, []
        return found

    def _mark(self) -> torch.cuda.Event | None:
        if not self._cuda:
            return None
        make: Any = torch.cuda.Event
        event: torch.cuda.Event = make(enable_timing=True)
        event.record()
        return event
