"""Samples → batches, in this process or in worker processes of PyTorch's DataLoader. B batch, C channels, T samples."""

import ctypes
import signal
from collections.abc import Generator, Iterable
from multiprocessing.connection import wait
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mkaudio.pipeline.stream.sample_error import SampleError
from mkaudio.pipeline.stream.samples import Samples
from mkaudio.shards import Composition

if TYPE_CHECKING:
    import torch

_MALLOC_OPTIONS = ((-1, 64 << 20), (-3, 4 << 20))
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD. Source: malloc.h of glibc, mallopt(3); with them two workers are some 5 % faster."""
_AHEAD = 2
"""Batches that each worker makes ahead."""


class Loaded(NamedTuple):
    """The samples of a batch, side by side.

    Args:
        waveform: (B, C, T) float32, zeros behind the end of a sample.
        n_frames: length of each sample (B,), int64.
        prompts: their sentences.
        keys: of the clips that they are made of.
        provenance: what they are made of.
    """

    waveform: "torch.Tensor"
    n_frames: "torch.Tensor"
    prompts: list[str]
    keys: list[str]
    provenance: list[Composition]


class Loader:
    """Makes batches; this is what a DataLoader calls.

    Args:
        samples: of the stream.
        channels: C.
        width: T of every batch; None for the longest sample of each.
    """

    def __init__(self, samples: Samples, channels: int, width: int | None) -> None:
        self._samples, self._channels, self._width = samples, channels, width

    def __getitems__(self, numbers: list[int]) -> list[Loaded | SampleError]:
        """Make one batch. A sample that cannot be read is told as data: an exception would come with this process's traceback.

        Args:
            numbers: of the samples.
        """
        try:
            return [self._loaded(numbers)]
        except SampleError as error:
            return [error]

    def _loaded(self, numbers: list[int]) -> Loaded:
        import torch

        made = [self._samples.made(number) for number in numbers]
        lengths = [one.samples.shape[1] for one in made]
        width = max(lengths, default=0) if self._width is None else self._width
        waveform = _zeros((len(made), self._channels, width))
        for row, one in zip(waveform.numpy(), made, strict=True):
            scale = np.float32(1.0 / (1 << (one.composition.bit_depth - 1)))
            np.multiply(one.samples, scale, out=row[:, : one.samples.shape[1]], dtype=np.float32, casting="same_kind")
        provenance = [one.composition for one in made]
        return Loaded(
            waveform,
            torch.tensor(lengths, dtype=torch.int64),
            [one.prompt for one in provenance],
            [one.key for one in provenance],
            provenance,
        )

    def batches(self, walk: Iterable[list[int]], workers: int) -> Generator[Loaded]:
        """Yield the batches of some lists of numbers, in order.

        Args:
            walk: numbers of the samples of each.
            workers: processes that make them; 0 for this one.

        Yields:
            A batch for each list, an empty one for an empty list. A sample that cannot be read is a `SampleError`.

        Raises:
            RuntimeError: a worker was killed.
            OSError: an event database or the cache cannot be read.
            EOFError: one of their files ends too soon.
        """
        import torch
        from torch.utils.data import DataLoader

        loader: Any = DataLoader(
            self,  # type: ignore[arg-type]
            batch_sampler=walk,
            num_workers=workers,
            collate_fn=itemgetter(0),
            prefetch_factor=_AHEAD if workers else None,
            worker_init_fn=_begin_worker,
            generator=torch.Generator(),  # else each pass would draw from the user's
        )
        batches = iter(loader)
        try:
            for loaded in batches:
                if isinstance(loaded, SampleError):
                    raise loaded
                yield loaded
        except (RuntimeError, OSError, EOFError) as error:
            # a worker's end shows where PyTorch looks for it, or in the hand-over of a batch that it had made
            if isinstance(error, SampleError) or not _has_ended(error, batches, workers):
                raise
            raise RuntimeError(
                f"a worker of the stream ended ({str(error).splitlines()[0]}); where memory was short, take fewer workers "
                "or smaller batches; state_dict() says where to go on"
            ) from error
        finally:
            # the traceback of an error holds the iterator, and with it the workers: they must not wait for it to go
            if workers:
                batches._shutdown_workers()


def _has_ended(error: Exception, batches: Any, workers: int) -> bool:
    """Say whether an error is that of a worker that was killed."""
    if "DataLoader worker" in str(error):
        return "Caught" not in str(
            error
        )  # what a worker raises is handed over with its traceback, and the worker goes on
    # its end of a pipe is closed a little before it is gone itself
    return (
        bool(workers)
        and not isinstance(error, RuntimeError)
        and bool(wait([one.sentinel for one in batches._workers], 5))
    )


def _begin_worker(number: int) -> None:
    """Set up a worker process: one thread for each library, and an interrupt is the parent's business."""
    import pyarrow as pa
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    pa.set_cpu_count(1)
    _keep_memory()


def _keep_memory() -> None:
    """Have glibc keep what is freed, up to 64 MB: it would give the waveforms of each sample back to the system, page by page."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library: slower, that is all
        return
    for option, value in _MALLOC_OPTIONS:
        mallopt(option, value)


def _zeros(shape: tuple[int, int, int]) -> "torch.Tensor":
    """Return zeros; in a worker, where the parent can read them without another copy, as PyTorch's own collation does."""
    import torch
    from torch.utils.data import get_worker_info

    n_samples = int(np.prod(shape))
    if get_worker_info() is None or not n_samples:
        return torch.from_numpy(
            np.zeros(shape, np.float32)
        )  # pages of mere padding are not written: a quarter of the time
    memory: Any = torch.UntypedStorage
    flat = torch.tensor([], dtype=torch.float32).set_(memory._new_shared(4 * n_samples), 0, (n_samples,), (1,))
    return flat.view(shape)
