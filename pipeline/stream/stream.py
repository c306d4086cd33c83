"""A stream: batches without end or for some epochs, and a state of three numbers. B batch, C channels, T samples."""

import hashlib
import json
import weakref
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mkaudio.pipeline.stream.batches import Batches
from mkaudio.pipeline.stream.loader import Loader
from mkaudio.pipeline.stream.samples import StreamSample
from mkaudio.shards import Composition

if TYPE_CHECKING:
    import torch

_KINDS = {
    "dataset": "another dataset or selection, or one that has changed",
    "recipe": "other settings of the compositions: seed, rate, channels, window, weights or those of the recipe",
    "templates": "other templates",
    "events": "another event database",
    "part": "another part (train, val, or all)",
    "val_share": "another val_share",
    "batch_size": "another batch_size",
    "drop_last": "another drop_last",
}
"""What makes a stream this one, and what a person calls a difference in it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The samples of this rank at one step.

    Args:
        waveform: (B, C, T) float32, zeros behind the end of a sample; B may be 0 where an epoch ends.
        n_frames: length of each sample (B,), int64.
        prompts: their sentences.
        keys: of the clips that they are made of.
        provenance: what they are made of.
        epoch: number of the epoch, from 0.
        step: number of the step in it, from 0.
    """

    waveform: "torch.Tensor"
    n_frames: "torch.Tensor"
    prompts: list[str]
    keys: list[str]
    provenance: list[Composition]
    epoch: int
    step: int


class Stream:
    """Iterates over batches from its state on; the state counts a batch when it is handed out.

    Args:
        loader: makes batches.
        batches: which samples make each.
        kind: what makes this stream this one, as `_KINDS` lists it.
        seed: of the stream.
        workers: processes that make batches; 0 for none but this one.
        epochs: the epoch before which to end; None for no end.
    """

    def __init__(
        self, loader: Loader, batches: Batches, kind: Mapping[str, Any], seed: int, workers: int, epochs: int | None
    ) -> None:
        self._loader, self._batches, self._kind = loader, batches, dict(kind)
        self._seed, self._workers, self._epochs = seed, workers, epochs
        self._epoch = self._step = 0
        self._running: weakref.ref[Generator[Any]] | None = None

    def __len__(self) -> int:
        """Steps of an epoch, the same on every rank."""
        return self._batches.steps

    @property
    def n_samples(self) -> int:
        """Samples of an epoch, over all ranks."""
        return self._batches.n_clips

    def __iter__(self) -> Iterator[Batch]:
        """Return the batches from the state on; another iteration of this stream ends with it."""
        return self._only(self._counted())

    def samples(self) -> Iterator[StreamSample]:
        """Return single samples from the state on, in order and without padding.

        The state counts whole steps: one whose samples were not all handed out begins again.
        """
        return self._only(self._singly())

    def close(self) -> None:
        """End an iteration and its workers."""
        running = self._running() if self._running is not None else None
        if running is not None:
            running.close()
        self._running = None

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def fingerprint(self) -> str:
        """Start of the sha256 of what decides every sample, and which comes when."""
        return hashlib.sha256(json.dumps(self._kind, sort_keys=True).encode()).hexdigest()[:12]

    def state_dict(self) -> dict[str, Any]:
        """Return where the stream is, and what stream it is: plain values, for a checkpoint. The same on every rank."""
        return {
            "seed": self._seed,
            "epoch": self._epoch,
            "step": self._step,
            "fingerprint": self.fingerprint,
            "kind": dict(self._kind),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state. Ranks, workers and epochs may be others than they were.

        Args:
            state: of a stream of the same kind.

        Raises:
            ValueError: it is of another stream.
        """
        if not {"seed", "epoch", "step", "kind"} <= set(state) or not isinstance(state["kind"], Mapping):
            raise ValueError("that is no state of a stream; give what state_dict() returned")
        differ = [what for name, what in _KINDS.items() if state["kind"].get(name) != self._kind.get(name)]
        if differ:
            raise ValueError(
                f"the state is of another stream: {'; '.join(differ)}; open the stream as it was, or begin anew"
            )
        epoch, step = state["epoch"], state["step"]
        if not (type(epoch) is type(step) is int and epoch >= 0 and 0 <= step < len(self)):
            raise ValueError(
                f"the state is at epoch {epoch!r}, step {step!r}; an epoch of this stream has {len(self):,} steps"
            )
        self.close()
        self._epoch, self._step = epoch, step

    def _only(self, running: Generator[Any]) -> Iterator[Any]:
        self.close()
        self._running = weakref.ref(running)
        return running

    def _counted(self) -> Generator[Batch]:
        with closing(self._made()) as batches:
            for batch in batches:
                self._count(batch)
                yield batch

    def _singly(self) -> Generator[StreamSample]:
        with closing(self._made()) as batches:
            for batch in batches:
                last = len(batch.keys) - 1
                if last < 0:
                    self._count(batch)
                for row, n_frames in enumerate(batch.n_frames.tolist()):
                    if row == last:
                        self._count(batch)
                    waveform = batch.waveform[row, :, :n_frames].numpy().copy()
                    yield StreamSample(waveform, batch.prompts[row], batch.keys[row], batch.provenance[row])

    def _made(self) -> Generator[Batch]:
        epoch, step = self._epoch, self._step
        walk = self._batches.walk(epoch, step, self._epochs)
        with closing(self._loader.batches(walk, self._workers)) as loaded:
            for one in loaded:
                yield Batch(*one, epoch, step)
                epoch, step = self._after(epoch, step)

    def _count(self, batch: Batch) -> None:
        self._epoch, self._step = self._after(batch.epoch, batch.step)

    def _after(self, epoch: int, step: int) -> tuple[int, int]:
        return (epoch, step + 1) if step + 1 < len(self) else (epoch + 1, 0)
