"""What an input of `mkaudio events` is: a distilled dataset, or labelled sounds."""

from collections.abc import Sequence

from mkaudio.pipeline.events.from_dataset import DatasetClips
from mkaudio.pipeline.events.from_labelled import LabelledClips
from mkaudio.pipeline.sources import open_sources
from mkaudio.shards import DATASET_FILE, open_storage


def open_inputs(inputs: Sequence[str], selection: str = "") -> list[DatasetClips | LabelledClips]:
    """Return what the clips come from, in the order of the inputs, with names that differ.

    Args:
        inputs: folders, lists, tars or addresses, as the user gave them.
        selection: whose clips of a dataset; "" for all.

    Raises:
        ValueError: an input is not there, is unfinished, or has no such selection; one is named twice.
    """
    if len(set(inputs)) < len(inputs):
        raise ValueError(f"{next(one for one in inputs if inputs.count(one) > 1)}: named twice; name every input once")
    opened: list[DatasetClips | LabelledClips] = []
    for one in inputs:
        storage = open_storage(one)
        if storage.state(DATASET_FILE) is not None:
            name = storage.address.rstrip("/").rpartition("/")[2] or "dataset"
            opened.append(DatasetClips(storage, name, selection))
        elif selection:
            raise ValueError(f"--selection {selection}: {one} is no mkaudio dataset, so it has no selections")
        else:
            opened.extend(LabelledClips(source) for source in open_sources([one]))
    taken: set[str] = set()
    for source in opened:
        name, number = source.name, 1
        while source.name in taken:
            number += 1
            source.name = f"{name}-{number}"
        taken.add(source.name)
    return opened
