"""How many compositions have how many events, how their parts lie, and why some have fewer events than were drawn."""

from collections import Counter
from collections.abc import Iterator

import pyarrow.compute as pc

from mkaudio.prompts import Layout
from mkaudio.shards import DatasetInfo, Storage, shard_files, tables_of

_EVENTS = ("no event", "one event", "two events")


class Tally:
    """Counts compositions."""

    def __init__(self) -> None:
        self._drawn, self._came = Counter[int](), Counter[int]()
        self._relations, self._fallbacks = Counter[str](), Counter[str]()

    def add(self, relation: str, n_drawn: int, fallback: str, count: int = 1) -> None:
        """Count one, or several that are alike.

        Args:
            relation: of its parts.
            n_drawn: events drawn.
            fallback: why fewer came; "" where all came.
            count: how many.
        """
        self._relations[relation] += count
        self._drawn[n_drawn] += count
        self._came[Layout(relation).n_events] += count
        if fallback:
            self._fallbacks[fallback] += count

    def lines(self) -> Iterator[str]:
        """Yield what a person reads of it."""
        for number, words in enumerate(_EVENTS):
            yield f"{self._came[number]:>8,}  with {words}; {self._drawn[number]:,} drawn"
        for why, count in sorted(self._fallbacks.items(), key=lambda one: (-one[1], one[0])):
            yield f"{count:>8,}  with fewer than drawn: {why}"
        yield "relation of the parts (X is the clip, A and B are events)"
        for relation, count in sorted(self._relations.items(), key=lambda one: (-one[1], one[0])):
            yield f"{count:>8,}  {relation}"


def tally_of(storage: Storage, info: DatasetInfo) -> Tally:
    """Count the compositions of a finished dataset; recordings in it are not counted.

    Args:
        storage: of the dataset.
        info: its description.
    """
    tally = Tally()
    manifests = tables_of(storage, [shard_files(shard, info.scorer)["manifest"] for shard in range(info.n_shards)])
    columns = {name: pc.field("composition", name) for name in ("relation", "n_drawn", "fallback")}
    for batch in manifests.to_batches(columns=columns, filter=pc.field("composition").is_valid()):
        for row in batch.to_pylist():
            tally.add(**row)
    return tally
