"""A dataset, an event database and templates, opened as samples that can be asked for by number."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.compose import Composer
from mkaudio.pipeline.split import PartName, Split
from mkaudio.pipeline.stream.build_catalog import open_catalog
from mkaudio.pipeline.stream.catalog import Catalog
from mkaudio.pipeline.stream.catalog_files import stream_cache
from mkaudio.pipeline.stream.local_copies import LocalCopies
from mkaudio.pipeline.stream.order import Order, block_bounds
from mkaudio.pipeline.stream.samples import Samples
from mkaudio.pipeline.stream.tars import Tars
from mkaudio.prompts import load_templates
from mkaudio.shards import DatasetInfo, open_storage, read_dataset_info
from mkaudio.shards.event_store import EventStore

_TOLERANCE_S = 0.001
"""A window of a whole number of frames may last a little longer than it says."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a stream is made of.

    Args:
        samples: by number.
        order: in which the clips of an epoch come.
        recipe: settings of the compositions.
        kind: what decides every sample: name → fingerprint.
        templates: name of the set; "" without events.
    """

    samples: Samples
    order: Order
    recipe: Recipe
    kind: Mapping[str, str]
    templates: str

    @property
    def fingerprint(self) -> str:
        """Start of the sha256 of what decides every sample."""
        return hashlib.sha256(json.dumps(dict(self.kind), sort_keys=True).encode()).hexdigest()[:12]

    def in_words(self) -> dict[str, str]:
        """Return what decides every sample so that a person sees what differs: setting → value."""
        recipe = {f"recipe.{name}": json.dumps(value) for name, value in asdict(self.recipe).items()}
        return {
            "clips": f"{len(self.samples):,} clips, {self.kind['dataset'][:12]}",
            "events": self.kind["events"][:12] or "none",
            "templates": f"{self.templates} {self.kind['templates']}" if self.templates else "none",
            **({"part": f"{self.kind['part']}, val_share {self.kind['val_share']}"} if "part" in self.kind else {}),
            **recipe,
        }


def open_samples(
    dataset: str | Path,
    *,
    events: str | Path | None = None,
    templates: str | Path = "natural",
    selection: str | None = None,
    settings: Mapping[str, Any] | None = None,
    cache: str | Path | None = None,
    cache_gb: float = 50.0,
    allow_partial: bool = False,
    part: PartName | None = None,
    val_share: float = 0.05,
) -> Opened:
    """Open the compositions of a dataset.

    Args:
        dataset: its folder, or its address in an object store.
        events: folder of an event database; None for the clips as they are.
        templates: name of a set, or the user's own file.
        selection: which prompts, and which clips; None for every clip that has a prompt.
        settings: of the recipe, where they are not the default; without a window, the dataset's.
        cache: folder for the catalog and for copies of remote shards; None for the user's.
        cache_gb: room for copies of remote shards.
        allow_partial: take the shards that are there where the dataset is not finished.
        part: "train" or "val": clips, and events composed with them, of groups that are not held out, or are; None for all.
        val_share: share of the groups that is held out, where a part is asked for.

    Raises:
        ValueError: no such dataset, selection, template set or event database, a part without clips, or a setting that makes
            no sense with them.
    """
    info = read_dataset_info(open_storage(dataset))
    split = None if part is None else Split(part, float(val_share))
    catalog = open_catalog(dataset, selection, cache, allow_partial, split)
    settings = dict(settings or {})
    if events is None:
        if any(settings.get("weights", ())[1:]):
            raise ValueError("weights ask for events, but there is no event database; give events, or weights 1,0,0")
        settings["weights"] = (1.0, 0.0, 0.0)
    recipe = Recipe(**{"window_s": _window_s(info, catalog), **settings})
    if recipe.window_s < catalog.longest_s - _TOLERANCE_S:
        raise ValueError(
            f"window_s {recipe.window_s:g}: the longest clip of {catalog.dataset} lasts {catalog.longest_s:g} s; "
            "take a window that holds it"
        )
    store = None if events is None else EventStore(events)
    template_set = None if store is None else load_templates(str(templates))
    tars = Tars(catalog.dataset, info.scorer, LocalCopies(stream_cache(cache) / "shards", cache_gb))
    kind = {
        "dataset": catalog.fingerprint,
        "recipe": recipe.fingerprint,
        "templates": template_set.fingerprint if template_set else "",
        "events": store.fingerprint if store else "",
        **({"part": split.part, "val_share": repr(split.val_share)} if split else {}),
    }
    samples = Samples(catalog, tars, Composer(recipe, template_set, store, split))
    return Opened(
        samples,
        Order(block_bounds(catalog.bounds), recipe.seed),
        recipe,
        kind,
        template_set.name if template_set else "",
    )


def _window_s(info: DatasetInfo, catalog: Catalog) -> float:
    return float(info.config.get("window_s") or catalog.longest_s)
