"""An interrupt ends a training between two steps, with a checkpoint; a second one ends it now."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ONE_PRESS_S = 2.0
"""A launcher passes on the interrupt that the terminal gave all its processes: that is not a second one."""


class Interrupt:
    """Whether somebody wants the end."""

    def __init__(self) -> None:
        self.wanted = False
        self._first_s = 0.0

    def want(self, number: int, frame: FrameType | None) -> None:
        """Note a signal.

        Args:
            number: of the signal.
            frame: where it came.

        Raises:
            KeyboardInterrupt: it is a second SIGINT.
        """
        now_s = time.monotonic()
        if number == signal.SIGINT and self.wanted and now_s - self._first_s > _ONE_PRESS_S:
            raise KeyboardInterrupt
        if not self.wanted:
            self.wanted, self._first_s = True, now_s


@contextmanager
def interrupts() -> Iterator[Interrupt]:
    """Take SIGINT and SIGTERM meanwhile; in a thread, where that is not possible, they stay as they are.

    Yields:
        What says whether one came.
    """
    interrupt = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = {number: signal.signal(number, interrupt.want) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
