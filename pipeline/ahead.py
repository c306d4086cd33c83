"""Work ahead of a consumer in one thread, a bounded number of items in front of it."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
_END = object()


def ahead(items: Iterable[T], depth: int) -> Iterator[T]:
    """Yield the items in order while a thread makes the next ones.

    An exception of the maker arrives at the consumer in its place; a consumer that stops early stops the maker.

    Args:
        items: made in the thread.
        depth: how many finished items may wait.
    """
    waiting: queue.Queue[object] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(item: object) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items:
                if not put(item):
                    return
            put(_END)
        except BaseException as error:  # noqa: BLE001 - handed over whole, raised again by the consumer
            put(_Failed(error))

    maker = threading.Thread(target=make, name="mkaudio-ahead", daemon=True)
    maker.start()
    try:
        while (item := waiting.get()) is not _END:
            if isinstance(item, _Failed):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        stopped.set()
        maker.join()


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error
