"""The line that finishes a dataset: what `dataset.json` keeps of the command that made it."""

import json
import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkaudio.shards import DatasetInfo

_OPTIONS = {
    "window_s": "--window-s",
    "store_rate_hz": "--store-rate",
    "store_channels": "--store-channels",
    "samples_per_shard": "--samples-per-shard",
    "batch_size": "--batch-size",
    "min_score": "--min-score",
    "silence_dbfs": "--silence-dbfs",
    "min_duration_s": "--min-duration-s",
    "max_clipped_share": "--max-clipped-share",
    "min_bandwidth_hz": "--min-bandwidth-hz",
    "speech": "--speech",
    "music": "--music",
    "speech_share": "--speech-share",
    "music_share": "--music-share",
    "max_windows_per_file": "--max-windows-per-file",
    "max_events": "--max-events",
}


def resume_command(dataset: str, info: "DatasetInfo") -> str:
    """Return the command that goes on with a dataset. Of the inputs their names are known, not where they lie.

    Args:
        dataset: its address.
        info: its description.
    """
    from mkaudio.cli.toolbox import EXPERTS
    from mkaudio.pipeline import DistillConfig

    if info.is_composed:
        return _of_compositions(dataset, info)
    words = ["mkaudio", "distill"]
    for root in info.roots:
        words += ["--input", f".../{root}"]
    words += ["--output", dataset]
    usual = DistillConfig().as_dict()
    for setting, option in _OPTIONS.items():
        if (value := info.config.get(setting)) != usual[setting]:
            words += [option, f"{value:g}" if isinstance(value, float) else str(value)]
    if not info.config.get("file_names", True):
        words.append("--no-file-names")
    dtype, _, device = info.models.get("arithmetic", "float32 on cpu").partition(" on ")
    words += ["--dtype", dtype] * (dtype != "float32") + ["--gpus-per-worker", "1"] * (device == "cuda")
    experts = info.models.get("order of experts", ",".join(EXPERTS))
    words += ["--experts", experts] * (experts != ",".join(EXPERTS))
    return shlex.join([*words, "--resume"])


_RECIPE_OPTIONS = {
    "seed": "--seed",
    "sample_rate_hz": "--rate",
    "channels": "--channels",
    "window_s": "--window-s",
    "weights": "--n-events",
}


def _of_compositions(dataset: str, info: "DatasetInfo") -> str:
    """Return the command for a dataset that `mkaudio reprogram` wrote; what has no option was in the file of --recipe."""
    from mkaudio.pipeline import DistillConfig
    from mkaudio.pipeline.reprogram import Recipe
    from mkaudio.prompts import template_set_names

    models, words = info.models, ["mkaudio", "reprogram", "OUT"]
    with_events = models.get("events", "none") != "none"
    if with_events:
        templates = models.get("templates", "").rpartition(" ")[0]
        words += ["--events", "EVENTS", "--templates", templates if templates in template_set_names() else "TEMPLATES"]
    words += ["--output", dataset, "--epochs", models["epochs"]]
    words += ["--clap", info.scorer] * (info.scorer != "starter")
    in_a_file = False
    for name, usual in asdict(Recipe()).items():
        value = json.loads(models.get(f"recipe.{name}", "null"))
        if value in (None, list(usual) if isinstance(usual, tuple) else usual):
            continue
        in_a_file |= name not in _RECIPE_OPTIONS
        if name in _RECIPE_OPTIONS and (with_events or name != "weights"):
            said = ("mono", "stereo")[value - 1] if name == "channels" else value
            words += [_RECIPE_OPTIONS[name], ",".join(f"{one:g}" for one in said) if name == "weights" else f"{said}"]
    words += ["--recipe", "RECIPE"] * in_a_file
    shard = info.config.get("samples_per_shard")
    words += ["--samples-per-shard", str(shard)] * (shard != DistillConfig().samples_per_shard)
    return shlex.join([*words, "--resume"])
