"""Which samples a rank gets at a step: a function of (seed, epoch, step, rank), the same whatever the number of workers.

A sample's number in the stream is epoch * n + clip, so whoever makes a sample needs to know nothing else. n clips.
"""

from collections.abc import Iterator

from mkaudio.pipeline.stream.order import Order


class Batches:
    """The batches of a stream.

    Args:
        order: of the epochs.
        batch_size: samples of a step over all ranks.
        rank: this process, from 0.
        world_size: how many such processes there are.
        drop_last: leave out the last batch of an epoch where it is not full.

    Raises:
        ValueError: a number that makes no sense, or no batch is left.
    """

    def __init__(
        self, order: Order, batch_size: int, rank: int = 0, world_size: int = 1, drop_last: bool = False
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size {batch_size}: at least 1; it counts the samples of a step over all ranks")
        if world_size < 1 or not 0 <= rank < world_size:
            raise ValueError(f"rank {rank} of {world_size}: ranks count from 0 to world_size - 1")
        self.n_clips = len(order)
        self.steps = self.n_clips // batch_size if drop_last else -(-self.n_clips // batch_size)
        if not self.steps:
            raise ValueError(
                f"batch_size {batch_size} with drop_last: {self.n_clips:,} clips do not fill a batch; take a smaller one"
            )
        self._order, self._batch_size, self._rank, self._world_size = order, batch_size, rank, world_size

    def numbers(self, epoch: int, step: int) -> list[int]:
        """Return the samples of this rank at a step: none, where the batch has fewer samples than there are ranks.

        Shares follow each other in the order of the ranks, and their sizes differ by at most one.

        Args:
            epoch: number of the epoch.
            step: number of the step in its epoch, below `steps`.
        """
        first = step * self._batch_size
        size = min(self._batch_size, self.n_clips - first)
        start = first + size * self._rank // self._world_size
        stop = first + size * (self._rank + 1) // self._world_size
        return [epoch * self.n_clips + clip for clip in self._order.clips(epoch, start, stop).tolist()]

    def walk(self, epoch: int, step: int, epochs: int | None) -> Iterator[list[int]]:
        """Yield the samples of one step after the other.

        Args:
            epoch: where to begin.
            step: where to begin in it.
            epochs: the epoch before which to end; None for no end.
        """
        while epochs is None or epoch < epochs:
            for at in range(step, self.steps):
                yield self.numbers(epoch, at)
            epoch, step = epoch + 1, 0
