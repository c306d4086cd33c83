"""The clips that a person is shown: what was drawn, with its sound from the tars."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.pipeline.audit import Drawn
    from mkaudio.shards import DatasetReader


@dataclass(frozen=True, slots=True)
class ShownClip:
    """A clip to look at.

    Args:
        drawn: its prompt.
        duration_s: of its sound.
        source_path: where it came from.
        flac: its sound, as stored.
    """

    drawn: "Drawn"
    duration_s: float
    source_path: str
    flac: bytes

    def said_of_it(self, show_name: bool) -> list[str]:
        """Return what a person may know beside the prompt.

        Args:
            show_name: the source too, which may give the answer away.
        """
        said = [self.drawn.expert, f"score {self.drawn.score:.3f}", f"{self.duration_s:.1f} s"]
        return said + [self.source_path] * show_name


def clip_of(reader: "DatasetReader", drawn: "Drawn") -> ShownClip:
    """Read one clip.

    Args:
        reader: of the dataset.
        drawn: which.
    """
    return next(clips_of(reader, [drawn]))[1]


def clips_of(reader: "DatasetReader", sample: "Sequence[Drawn]") -> Iterator[tuple[int, ShownClip]]:
    """Read clips shard by shard, so that each tar is opened once.

    Args:
        reader: of the dataset.
        sample: which.

    Yields:
        The place in the sample, and the clip.
    """
    places = defaultdict(list)
    for place, one in enumerate(sample):
        places[one.shard].append(place)
    for shard, of_shard in sorted(places.items()):
        samples = reader.samples(shard, [sample[place].key for place in of_shard])
        for place, found in zip(of_shard, samples, strict=True):
            row = found.row
            yield place, ShownClip(sample[place], float(row["duration_s"]), str(row["source_path"]), found.flac)
