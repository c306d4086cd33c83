"""The line that finishes a dataset: what `dataset.json` keeps of the command that made it."""

import shlex
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
