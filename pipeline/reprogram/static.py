"""The settings with which compositions become a dataset: they are distilled like any sounds, and nothing of them is left out."""

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.reprogram.recipe import Recipe


def static_config(recipe: Recipe, samples_per_shard: int) -> DistillConfig:
    """Return settings that keep every composition whole and as it is.

    Args:
        recipe: of the compositions.
        samples_per_shard: clips in a shard.
    """
    return DistillConfig(
        window_s=recipe.window_s, store_channels="source", samples_per_shard=samples_per_shard, silence_dbfs=-200.0,
        max_clipped_share=1.0, file_names=False,
    )  # fmt: skip
