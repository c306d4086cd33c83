"""What comes in: batches of sounds from a stream that knows where it is. B batch of this process, C channels, T samples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch


class SoundBatchLike(Protocol):
    """What a stream yields; B may be 0 where an epoch ends."""

    @property
    def waveform(self) -> torch.Tensor:
        """(B, C, T) float32, zeros behind the end of a sound."""
        ...

    @property
    def n_frames(self) -> torch.Tensor:
        """Length of each sound in samples (B,), int64."""
        ...

    @property
    def prompts(self) -> Sequence[str]:
        """Their sentences."""
        ...

    @property
    def keys(self) -> Sequence[str]:
        """Of the clips that they are made of."""
        ...

    @property
    def epoch(self) -> int:
        """Number of the epoch, from 0."""
        ...

    @property
    def step(self) -> int:
        """Number of the batch in its epoch, from 0."""
        ...


class BatchStream(Protocol):
    """Batches of this process from its state on; the state counts a batch when it is handed out."""

    def __iter__(self) -> Iterator[SoundBatchLike]: ...

    def __len__(self) -> int:
        """Batches of an epoch, the same for every process."""
        ...

    @property
    def fingerprint(self) -> str:
        """What decides every sound, and which comes when."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Return where the stream is: plain values, the same for every process."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state; one of another stream is a `ValueError`."""
        ...

    def close(self) -> None:
        """End an iteration and its workers."""
        ...


@dataclass(frozen=True, slots=True)
class Streams:
    """What a training hears.

    Args:
        train: its batches; every one full (`drop_last`), without end.
        val: sounds of held-out sources, an epoch of them; None for none.
    """

    train: BatchStream
    val: BatchStream | None = None


@dataclass(frozen=True, slots=True)
class SoundBatch:
    """Some sounds, where the network is.

    Args:
        waveform: (B, C, T) float32, zeros behind the end of a sound.
        n_frames: length of each sound in samples (B,), int64.
        prompts: their sentences.
        keys: of the clips that they are made of.
        epoch: number of the epoch, from 0.
        step: number of the batch in its epoch, from 0.
    """

    waveform: torch.Tensor
    n_frames: torch.Tensor
    prompts: Sequence[str]
    keys: Sequence[str]
    epoch: int
    step: int

    @classmethod
    def of(cls, batch: SoundBatchLike, device: torch.device) -> "SoundBatch":
        """Bring a batch of a stream to a device.

        Args:
            batch: the batch.
            device: where the network is.
        """
        waveform, n_frames = batch.waveform.to(device, non_blocking=True), batch.n_frames.to(device, non_blocking=True)
        return cls(waveform, n_frames, list(batch.prompts), list(batch.keys), batch.epoch, batch.step)

    def __len__(self) -> int:
        """B."""
        return len(self.keys)

    def part(self, rows: slice) -> "SoundBatch":
        """Return some of the sounds."""
        return replace(
            self,
            waveform=self.waveform[rows],
            n_frames=self.n_frames[rows],
            prompts=self.prompts[rows],
            keys=self.keys[rows],
        )
