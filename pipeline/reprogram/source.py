"""Epochs of compositions as inputs of a distillation: each is composed when it is opened, as a WAV file in memory."""

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from mkaudio.pipeline.reprogram.compose import Composed
from mkaudio.pipeline.reprogram.wav import wav_bytes
from mkaudio.pipeline.sources.source import Input, Source
from mkaudio.pipeline.stream.samples import Samples
from mkaudio.shards import Composition

_KIND = "composition"
_AT_HAND = 256
"""Provenances kept between the decoding thread and the stages behind it, which are at most a few batches apart."""


class CompositionSource(Source):
    """The compositions of some epochs, in the order of epoch and clip; those that are alike are meant to be there.

    Args:
        samples: what composes them.
        fingerprint: of all that decides them.
        epochs: which.
        name: of the root in the dataset.
    """

    keeps_duplicates = True

    def __init__(self, samples: Samples, fingerprint: str, epochs: range, name: str) -> None:
        self._samples, self._epochs = samples, epochs
        self._made: dict[str, Composition] = {}
        self.root, self.root_name, self.identity = Path(name), name, fingerprint
        self.ignored: Counter[str] = Counter()

    def __getstate__(self) -> dict[str, object]:
        """Leave out what was made here."""
        return self.__dict__ | {"_made": {}}

    def inputs(self) -> Iterator[Input]:
        """Yield every composition of every epoch: whose sounds they will be made of is known, the sound is not made yet."""
        for epoch in self._epochs:
            for index in range(len(self._samples)):
                base, parts = self._samples.planned(epoch, index)
                yield Input(
                    path=f"{epoch:06d}/{index:010d}",
                    kind=_KIND,
                    group=base.group,
                    licence=_listed(part.licence for part in parts),
                    attribution=_listed(part.attribution for part in parts),
                    source_url=base.source_url,
                )

    def open(self, item: Input) -> BinaryIO:
        """Return a composition as a WAV file.

        Args:
            item: what `inputs` yielded.
        """
        composed = self._composed(item)
        if len(self._made) == _AT_HAND:
            self._made.pop(next(iter(self._made)), None)
        self._made[item.path] = composed.composition  # it is asked for a moment after the sound
        return io.BytesIO(wav_bytes(composed))

    def composition(self, item: Input) -> Composition:
        """Return the provenance of a composition.

        Args:
            item: what `inputs` yielded.
        """
        return self._made.pop(item.path, None) or self._composed(item).composition

    def _composed(self, item: Input) -> Composed:
        epoch, index = map(int, item.path.split("/"))
        return self._samples.made(epoch * len(self._samples) + index)


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))
