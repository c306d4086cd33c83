"""`mkaudio.open_stream`: a dataset, an event database and templates → a stream for any trainer."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.split import PartName
from mkaudio.pipeline.stream.batches import Batches
from mkaudio.pipeline.stream.loader import Loader
from mkaudio.pipeline.stream.opened import open_samples
from mkaudio.pipeline.stream.stream import Stream


def open_stream(
    dataset: str | Path,
    *,
    events: str | Path | None = None,
    templates: str | Path = "natural",
    selection: str | None = None,
    sample_rate_hz: int | None = None,
    channels: int | None = None,
    window_s: float | None = None,
    seed: int | None = None,
    weights: Sequence[float] | None = None,
    recipe: Recipe | None = None,
    batch_size: int = 16,
    rank: int = 0,
    world_size: int = 1,
    workers: int = 0,
    drop_last: bool = False,
    epochs: int | None = None,
    pad: bool = True,
    cache: str | Path | None = None,
    cache_gb: float = 50.0,
    allow_partial: bool = False,
    part: PartName | None = None,
    val_share: float = 0.05,
) -> Stream:
    """Open a stream of a dataset's clips, with events composed to them anew in every epoch.

    The same samples come in the same order whatever `world_size` and `workers` are. What is not given is as in `recipe`, and
    without one as its default says.

    Args:
        dataset: its folder, or its address in an object store.
        events: folder of an event database (`mkaudio events`); None for the clips as they are.
        templates: name of a set, or the user's own file.
        selection: which prompts, and which clips: those that it has. None for every clip that has a prompt.
        sample_rate_hz: of what comes out; 16,000 by default.
        channels: 1 (default) or 2.
        window_s: longest sample; by default the dataset's window.
        seed: of order and compositions; 0 by default.
        weights: how often no, one and two events are drawn; evenly by default.
        recipe: all settings of compositions at once.
        batch_size: samples of a step over all ranks; each rank gets its share.
        rank: of this process among those that train, from 0.
        world_size: how many they are.
        workers: processes that make batches for this rank; 0 makes them in this one.
        drop_last: leave out the last batch of an epoch where it is not full.
        epochs: how many; None for no end.
        pad: every batch as long as the window; False for as long as its longest sample.
        cache: folder for the catalog and for copies of remote shards; None for the user's.
        cache_gb: room for copies of remote shards.
        allow_partial: take the shards that are there where the dataset is not finished.
        part: "train" for what is not held out, "val" for what is, clips and events alike; None for all.
        val_share: share of the groups that is held out, where a part is asked for.

    Raises:
        ValueError: no such dataset, selection, template set or event database, a part without clips, or a setting that makes
            no sense with them.
    """
    if workers < 0:
        raise ValueError(f"workers {workers}: 0 or more processes")
    given: dict[str, Any] = {
        "sample_rate_hz": sample_rate_hz,
        "channels": channels,
        "window_s": window_s,
        "seed": seed,
        "weights": None if weights is None else tuple(weights),
    }
    settings = asdict(recipe) if recipe else {}
    opened = open_samples(
        dataset, events=events, templates=templates, selection=selection,
        settings=settings | {name: value for name, value in given.items() if value is not None},
        cache=cache, cache_gb=cache_gb, allow_partial=allow_partial, part=part, val_share=val_share,
    )  # fmt: skip
    batches = Batches(opened.order, batch_size, rank, world_size, drop_last)
    loader = Loader(opened.samples, opened.recipe.channels, opened.recipe.window_frames if pad else None)
    kind = {**opened.kind, "batch_size": batch_size, "drop_last": drop_last}
    return Stream(loader, batches, kind, opened.recipe.seed, workers, epochs)
