"""The samples of a stream by number, map-style: sample epoch * n + clip is made of that clip alone. C channels, T samples.

No sample depends on one before it, so any process makes any of them, and makes the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.reprogram import Base
from mkaudio.pipeline.stream.catalog import Catalog
from mkaudio.pipeline.stream.sample_error import SampleError
from mkaudio.pipeline.stream.tars import Tars
from mkaudio.shards import Composition, Refusal, decode_flac, dequantise


class Made(Protocol):
    """What a composer makes: integer samples (C, T), and of what they are made."""

    @property
    def samples(self) -> NDArray[np.int16] | NDArray[np.int32]:
        """The sound, (C, T)."""
        ...

    @property
    def composition(self) -> Composition:
        """Its provenance."""
        ...


class Composes(Protocol):
    """What makes a sample of a clip: a function of its arguments alone, picklable."""

    def compose(self, epoch: int, base: Base, waveform_of: Callable[[], NDArray[np.float32]]) -> Made:
        """Make a sample.

        Args:
            epoch: number of the epoch.
            base: the clip.
            waveform_of: decodes its sound, (C, T) at its own rate.
        """
        ...


@dataclass(frozen=True, slots=True)
class StreamSample:
    """A sample of a stream.

    Args:
        waveform: (C, T) float32; full scale is [-1, 1).
        prompt: its sentence.
        key: of the clip that it is made of.
        provenance: what it is made of, enough to make it again.
    """

    waveform: NDArray[np.float32]
    prompt: str
    key: str
    provenance: Composition


class Samples:
    """The samples of all epochs.

    Args:
        catalog: of the clips.
        tars: where their sounds lie.
        composer: makes a sample of a clip.
    """

    def __init__(self, catalog: Catalog, tars: Tars, composer: Composes) -> None:
        self._catalog, self._tars, self._composer = catalog, tars, composer

    def __len__(self) -> int:
        """Samples of one epoch."""
        return len(self._catalog)

    def made(self, number: int) -> Made:
        """Return a sample as the composer made it.

        Args:
            number: epoch * n + clip.

        Raises:
            IndexError: the number is negative.
        """
        epoch, index = divmod(number, len(self._catalog))
        if epoch < 0:
            raise IndexError(f"sample {number}: samples count from 0")
        base = self._catalog.base(index)
        return self._composer.compose(epoch, base, lambda: self._waveform(base))

    def __getitem__(self, number: int) -> StreamSample:
        """Return a sample.

        Args:
            number: epoch * n + clip.
        """
        made = self.made(number)
        provenance = made.composition
        waveform = dequantise(made.samples, provenance.bit_depth)
        return StreamSample(waveform, provenance.prompt, provenance.key, provenance)

    def _waveform(self, base: Base) -> NDArray[np.float32]:
        place = self._catalog.place(base.index)
        where = self._catalog.dataset
        try:
            waveform, rate_hz = decode_flac(self._tars.flac(place))
        except Refusal as refusal:
            raise SampleError(
                where, place.shard, place.key, f"damaged: {refusal.message}; see mkaudio verify"
            ) from refusal
        found = (*waveform.shape, rate_hz)
        if found != (base.channels, base.n_frames, base.sample_rate_hz):
            raise SampleError(
                where, place.shard, place.key, f"damaged: {found[1]:,} frames, {found[0]} channels, {rate_hz:,} Hz in its FLAC, "
                f"{base.n_frames:,}, {base.channels}, {base.sample_rate_hz:,} in the manifest; see mkaudio verify",
            )  # fmt: skip
        return waveform
