"""Epochs of compositions as inputs of a distillation: each is composed when it is opened, as a WAV file in memory."""

import io
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mkaudio.pipeline.reprogram.compose import Composed
from mkaudio.pipeline.reprogram.wav import wav_bytes
from mkaudio.pipeline.sources.source import Input, Source
from mkaudio.pipeline.stream.samples import Samples
from mkaudio.shards import AudioInfo, Composition, composition_path, joined

_KIND = "composition"
_ROOT = "compositions"
_AT_HAND = 256
"""Provenances kept between the decoding thread and the stages behind it, which are at most a few batches apart."""


class CompositionSource(Source):
    """The compositions of some epochs, in the order of epoch and clip; those that are alike are meant to be there.

    Args:
        samples: what composes them.
        fingerprint: of all that decides them.
        epochs: which.
        limit: only so many clips of each epoch; None for all.
    """

    keeps_duplicates = True

    def __init__(self, samples: Samples, fingerprint: str, epochs: range, limit: int | None = None) -> None:
        self._samples, self._epochs, self._limit = samples, epochs, limit
        self._made: dict[str, Composition] = {}
        self._lock = threading.Lock()
        self.root, self.root_name = Path(_ROOT), _ROOT
        self.identity = f"{fingerprint} {epochs.start}:{epochs.stop}"
        self.ignored: Counter[str] = Counter()

    def __getstate__(self) -> dict[str, object]:
        """Leave out what was made here."""
        return self.__dict__ | {"_made": {}, "_lock": None}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take what was sent, with a lock of this process."""
        self.__dict__ |= state | {"_lock": threading.Lock()}

    def inputs(self) -> Iterator[Input]:
        """Yield every composition of every epoch. Its sound is not made yet; what it will be made of, and how long, is known."""
        n_clips = len(self._samples) if self._limit is None else min(self._limit, len(self._samples))
        recipe = self._samples.recipe
        for epoch in self._epochs:
            for index in range(n_clips):
                base, decision, parts = self._samples.planned(epoch, index)
                yield Input(
                    path=composition_path(epoch, index),
                    kind=_KIND,
                    group=base.group,
                    licence=joined(part.licence for part in parts),
                    attribution=joined(part.attribution for part in parts),
                    source_url=base.source_url,
                    info=AudioInfo(
                        container="WAV",
                        decoder="soundfile",
                        sample_rate_hz=recipe.sample_rate_hz,
                        channels=recipe.channels,
                        n_frames=decision.n_frames,
                        bit_depth=base.bit_depth,
                    ),
                )

    def open(self, item: Input) -> BinaryIO:
        """Return a composition as a WAV file.

        Args:
            item: what `inputs` yielded.
        """
        composed = self._composed(item)
        with self._lock:
            if len(self._made) == _AT_HAND:
                self._made.pop(next(iter(self._made)))
            self._made[item.path] = composed.composition  # it is asked for a moment after the sound
        return io.BytesIO(wav_bytes(composed))

    def composition(self, item: Input) -> Composition:
        """Return the provenance of a composition.

        Args:
            item: what `inputs` yielded.
        """
        with self._lock:
            found = self._made.pop(item.path, None)
        return found or self._composed(item).composition

    def _composed(self, item: Input) -> Composed:
        epoch, index = map(int, item.path.split("/"))
        return self._samples.made(epoch * len(self._samples) + index)
