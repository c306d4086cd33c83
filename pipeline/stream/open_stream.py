"""`mkaudio.open_stream`: a dataset, an event database and templates → a stream for any trainer."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.stream.batches import Batches
from mkaudio.pipeline.stream.build_catalog import open_catalog
from mkaudio.pipeline.stream.catalog import Catalog
from mkaudio.pipeline.stream.catalog_files import stream_cache
from mkaudio.pipeline.stream.loader import Loader
from mkaudio.pipeline.stream.local_copies import LocalCopies
from mkaudio.pipeline.stream.order import Order, block_bounds
from mkaudio.pipeline.stream.plain import Plain
from mkaudio.pipeline.stream.samples import Composes, Samples
from mkaudio.pipeline.stream.stream import Stream
from mkaudio.pipeline.stream.tars import Tars
from mkaudio.shards import DatasetInfo, open_storage, read_dataset_info

_TOLERANCE_S = 0.001
"""A window of a whole number of frames may last a little longer than it says."""


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

    Raises:
        ValueError: no such dataset, selection, template set or event database, or a setting that makes no sense with them.
    """
    if workers < 0:
        raise ValueError(f"workers {workers}: 0 or more processes")
    info = read_dataset_info(open_storage(dataset))
    catalog = open_catalog(dataset, selection, cache, allow_partial)
    given: dict[str, Any] = {
        "sample_rate_hz": sample_rate_hz,
        "channels": channels,
        "window_s": window_s if window_s is not None or recipe else _window_s(info, catalog),
        "seed": seed,
        "weights": tuple(weights) if weights is not None else None if events or recipe else (1.0, 0.0, 0.0),
    }
    recipe = replace(recipe or Recipe(), **{name: value for name, value in given.items() if value is not None})
    if recipe.window_s < catalog.longest_s - _TOLERANCE_S:
        raise ValueError(
            f"window_s {recipe.window_s:g}: the longest clip of {catalog.dataset} lasts {catalog.longest_s:g} s; "
            "take a window that holds it"
        )
    composer, made_of = _composer(recipe, templates, events)
    order = Order(block_bounds(catalog.bounds), recipe.seed)
    batches = Batches(order, batch_size, rank, world_size, drop_last)
    tars = Tars(catalog.dataset, info.scorer, LocalCopies(stream_cache(cache) / "shards", cache_gb))
    loader = Loader(Samples(catalog, tars, composer), recipe.channels, recipe.window_frames if pad else None)
    kind: dict[str, Any] = {"dataset": catalog.fingerprint, "recipe": recipe.fingerprint, **made_of}
    kind |= {"batch_size": batch_size, "drop_last": drop_last}
    return Stream(loader, batches, kind, recipe.seed, workers, epochs)


def _window_s(info: DatasetInfo, catalog: Catalog) -> float:
    return float(info.config.get("window_s") or catalog.longest_s)


def _composer(recipe: Recipe, templates: str | Path, events: str | Path | None) -> tuple[Composes, dict[str, str]]:
    """Return what makes the samples, and the fingerprints of what it makes them of.

    Raises:
        ValueError: events are to be drawn, and there is no database of them.
    """
    if events is None:
        if any(recipe.weights[1:]):
            raise ValueError("weights ask for events, but there is no event database; give events, or weights 1,0,0")
        return Plain(recipe), {"templates": "", "events": ""}
    from mkaudio.prompts.template_set import load_templates
    from mkaudio.shards.event_store import EventStore

    from mkaudio.pipeline.reprogram.compose import Composer

    template_set, store = load_templates(str(templates)), EventStore(Path(events))
    fingerprints = {"templates": str(template_set.fingerprint), "events": str(store.fingerprint)}
    return Composer(recipe, template_set, store), fingerprints
