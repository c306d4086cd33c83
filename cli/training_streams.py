"""The streams of a training: a dataset's clips with events composed to them, and whole sources held out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkaudio.cli.preset import StreamConfig
    from mkaudio.cli.training_run import Heard
    from mkaudio.models.training.batches import Streams
    from mkaudio.models.training.config import TrainingConfig


def streams_of(
    heard: "Heard",
    config: "StreamConfig",
    training: "TrainingConfig",
    sample_rate_hz: int,
    workers: int,
    cache: Path | None,
) -> "Callable[[int, int], Streams]":
    """Return what opens the streams of a process. Held-out clips come as they are, without events.

    Args:
        heard: datasets and events.
        config: window and share of what is held out.
        training: batch size and seed.
        sample_rate_hz: of the mels.
        workers: processes that read, for each process.
        cache: folder of catalogs; None for the user's.
    """

    def opened(rank: int, world_size: int) -> "Streams":
        from mkaudio.models.training.batches import Streams
        from mkaudio.pipeline.stream import open_stream

        common: dict[str, Any] = {
            "sample_rate_hz": sample_rate_hz, "channels": 1, "window_s": config.window_s, "batch_size": training.batch_size,
            "rank": rank, "world_size": world_size, "cache": cache,
        }  # fmt: skip
        holds_out = heard.val_data is None and config.val_share > 0
        share: dict[str, Any] = {"val_share": config.val_share} if holds_out else {}
        train = open_stream(
            str(heard.data), events=heard.events, templates=heard.templates or "natural", selection=heard.selection,
            seed=training.seed, workers=workers, drop_last=True, part="train" if holds_out else None, **share, **common,
        )  # fmt: skip
        val = None
        if holds_out:
            val = open_stream(
                str(heard.data), selection=heard.selection, epochs=1, part="val", val_share=config.val_share, **common
            )
        elif heard.val_data is not None:
            val = open_stream(heard.val_data, epochs=1, **common)
        if rank == 0:
            held_out = "none" if val is None else f"{val.n_samples:,}"
            print(f"hears {train.n_samples:,} clips of {heard.data}; {held_out} held out", flush=True)
        return Streams(train, val)

    return opened
