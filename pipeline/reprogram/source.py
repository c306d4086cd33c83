"""Epochs of compositions as inputs of a distillation: each is composed when it is opened, as a WAV file in memory."""

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import soundfile
from mkaudio.pipeline.stream.samples import Samples

from mkaudio.pipeline.reprogram.compose import Composed
from mkaudio.pipeline.sources.source import Input, Source
from mkaudio.shards import Composition

_KIND = "composition"
_SUBTYPES = {16: "PCM_16", 24: "PCM_24"}


class CompositionSource(Source):
    """The compositions of some epochs, in the order of epoch and index.

    Args:
        samples: what composes them.
        epochs: from, and to but not including.
        name: the root's name in the dataset.
    """

    keeps_duplicates = True

    def __init__(self, samples: Samples, epochs: range, name: str) -> None:
        self._samples, self._epochs = samples, epochs
        self.root = Path(name)
        self.root_name, self.identity = name, samples.fingerprint
        self.ignored: Counter[str] = Counter()

    def inputs(self) -> Iterator[Input]:
        """Yield every composition of every epoch; what is in it is known, its sound is not made yet."""
        for epoch in self._epochs:
            for index in range(len(self._samples)):
                parts, group, source_url = self._samples.known(epoch, index)
                yield Input(
                    path=f"{epoch:06d}/{index:010d}",
                    kind=_KIND,
                    group=group,
                    licence=_joined(part.licence for part in parts),
                    attribution=_joined(part.attribution for part in parts),
                    source_url=source_url,
                )

    def open(self, item: Input) -> BinaryIO:
        """Return a composition as a WAV file.

        Args:
            item: what `inputs` yielded.
        """
        composed = self._composed(item)
        buffer = io.BytesIO()
        depth = composed.composition.bit_depth
        samples = composed.samples if depth == 16 else composed.samples << 8  # libsndfile fills its word from the top
        soundfile.write(buffer, samples.T, composed.composition.sample_rate_hz, _SUBTYPES[depth], format="WAV")
        buffer.seek(0)
        return buffer

    def composition(self, item: Input) -> Composition:
        """Return the provenance of a composition.

        Args:
            item: what `inputs` yielded.
        """
        return self._composed(item).composition

    def _composed(self, item: Input) -> Composed:
        epoch, index = map(int, item.path.split("/"))
        return _composed(self._samples, epoch, index)
