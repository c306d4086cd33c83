"""The samples of a stream by number, map-style: sample epoch * n + clip is made of that clip alone. C channels, T samples.

No sample depends on one before it, so any process makes any of them, and makes the same.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.reprogram import Base, Recipe
from mkaudio.pipeline.reprogram.compose import Composed, Composer
from mkaudio.pipeline.reprogram.decide import Decision
from mkaudio.pipeline.reprogram.render import Sound
from mkaudio.pipeline.stream.catalog import Catalog
from mkaudio.pipeline.stream.sample_error import SampleError
from mkaudio.pipeline.stream.tars import Tars
from mkaudio.shards import Composition, Part, Refusal, decode_flac_part, dequantise


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

    def __init__(self, catalog: Catalog, tars: Tars, composer: Composer) -> None:
        self._catalog, self._tars, self._composer = catalog, tars, composer

    def __len__(self) -> int:
        """Samples of one epoch."""
        return len(self._catalog)

    def base(self, index: int) -> Base:
        """Return what is known of a clip.

        Args:
            index: of the clip.
        """
        return self._catalog.base(index)

    def made(self, number: int) -> Composed:
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
        return self._composer.compose(epoch, base, partial(self._stretch, base))

    def __getitem__(self, number: int) -> StreamSample:
        """Return a sample.

        Args:
            number: epoch * n + clip.
        """
        made = self.made(number)
        provenance = made.composition
        waveform = dequantise(made.samples, provenance.bit_depth)
        return StreamSample(waveform, provenance.prompt, provenance.key, provenance)

    @property
    def recipe(self) -> Recipe:
        """Settings of the compositions."""
        return self._composer.recipe

    def planned(self, epoch: int, index: int) -> tuple[Base, Decision, tuple[Part, ...]]:
        """Return a clip, what will be composed with it, and the parts; no sound is opened, so gains are not known yet.

        Args:
            epoch: of the stream.
            index: of the clip.
        """
        base = self._catalog.base(index)
        decision = self._composer.decide(epoch, base)
        return base, decision, self._composer.parts(base, decision)

    def decided(self, epoch: int, index: int) -> Decision:
        """Return what will be composed with a clip; no sound is opened.

        Args:
            epoch: of the stream.
            index: of the clip.
        """
        return self._composer.decide(epoch, self._catalog.base(index))

    def rebuilt(self, composition: Composition) -> NDArray[np.int16] | NDArray[np.int32]:
        """Make a sample again from its provenance alone.

        Args:
            composition: the provenance.

        Returns:
            Integers (C, T).

        Raises:
            ValueError: it was made of another dataset.
        """
        index = composition.index
        if not 0 <= index < len(self) or self._catalog.base(index).key != composition.key:
            raise ValueError(
                f"clip {index} of {self._catalog.dataset} is not {composition.key}: the sample was made of another dataset "
                "or selection"
            )
        base = self._catalog.base(index)
        sound = Sound(partial(self._stretch, base), base.n_frames, base.sample_rate_hz)
        return self._composer.rebuild(composition, sound)

    def _stretch(self, base: Base, first: int, n_frames: int) -> NDArray[np.float32]:
        """Decode a stretch of a clip.

        Raises:
            SampleError: its FLAC is damaged, or not what the manifest states.
        """
        place = self._catalog.place(base.index)
        where = self._catalog.dataset
        try:
            waveform, rate_hz, n_all = decode_flac_part(self._tars.flac(place), first, n_frames)
        except Refusal as refusal:
            raise SampleError(
                where, place.shard, place.key, f"damaged: {refusal.message}; see mkaudio verify"
            ) from refusal
        found = (len(waveform), n_all, rate_hz)
        if found != (base.channels, base.n_frames, base.sample_rate_hz) or waveform.shape[1] != n_frames:
            raise SampleError(
                where, place.shard, place.key, f"damaged: {n_all:,} frames, {found[0]} channels, {rate_hz:,} Hz in its FLAC, "
                f"{base.n_frames:,}, {base.channels}, {base.sample_rate_hz:,} in the manifest; see mkaudio verify",
            )  # fmt: skip
        return waveform
