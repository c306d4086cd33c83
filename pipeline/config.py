"""What a user can choose about a distillation and what of it changes a byte of the result."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from mkaudio.shards import can_be_stored

STORE_CHANNELS = ("mono", "source")


@dataclass(frozen=True, slots=True)
class DistillConfig:
    """Settings that change the bytes of a dataset; `dataset.json` keeps them and `--resume` compares them.

    Args:
        window_s: length of a clip; longer sources are cut into windows.
        min_tail_s: a last window shorter than this is left out, where it is not the only one.
        store_rate_hz: rate of the stored sound; None keeps the source's.
        store_channels: "mono" (mean of the channels) or "source".
        samples_per_shard: windows in a shard; a source is split over shards only where it alone has more.
        batch_size: windows that go through the models together.
        silence_dbfs: a window whose peak is lower is silent.
        file_names: whether the `labels` expert may read words in file and folder names.
        min_score: lowest score of a clip in the default selection; None selects every clip that has a prompt.
        max_events: a candidate that names more events does not become the prompt; None lets any. Where nobody knows how
            many a caption names it may.
        limit: only the first N inputs; None takes all.
    """

    window_s: float = 10.0
    min_tail_s: float = 1.0
    store_rate_hz: int | None = None
    store_channels: str = "mono"
    samples_per_shard: int = 512
    batch_size: int = 16
    silence_dbfs: float = -60.0
    file_names: bool = True
    min_score: float | None = None
    max_events: int | None = None
    limit: int | None = None

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            ValueError: one of them makes no sense.
        """
        if not 0.1 <= self.window_s <= 600:
            raise ValueError(f"--window-s {self.window_s}: a window is 0.1 to 600 seconds long")
        if self.store_rate_hz is not None and not can_be_stored(self.store_rate_hz):
            raise ValueError(
                f"--store-rate {self.store_rate_hz}: FLAC stores 2,000 to 655,350 Hz, above 65,535 in steps of 10"
            )
        if self.min_score is not None and not math.isfinite(self.min_score):
            raise ValueError(f"--min-score {self.min_score}: a number")
        if self.store_channels not in STORE_CHANNELS:
            raise ValueError(f"--store-channels {self.store_channels}: one of {', '.join(STORE_CHANNELS)}")
        for name in ("samples_per_shard", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"--{name.replace('_', '-')} {getattr(self, name)}: at least 1")
        if self.max_events is not None and self.max_events < 1:
            raise ValueError(f"--max-events {self.max_events}: at least 1")
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"--limit {self.limit}: at least 1")

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        return asdict(self)

    def window_frames(self, sample_rate_hz: int) -> int:
        """Return the frames of a whole window at a source's rate.

        Args:
            sample_rate_hz: of the source.
        """
        return max(1, round(self.window_s * sample_rate_hz))

    def n_windows(self, n_frames: int, sample_rate_hz: int) -> int:
        """Return how many windows a source is cut into, a short last one included.

        Args:
            n_frames: of the source.
            sample_rate_hz: of the source.
        """
        return -(-n_frames // self.window_frames(sample_rate_hz))


def differences(
    before: dict[str, Any], now: dict[str, Any], where_before: str = "in the dataset", where_now: str = "now"
) -> list[str]:
    """List what differs between two flat settings, one line each.

    Args:
        before: as one place states them.
        now: as another states them.
        where_before: the one place.
        where_now: the other.

    >>> differences({"window_s": 10.0}, {"window_s": 5.0})
    ['window_s: 10.0 in the dataset, 5.0 now']
    """
    return [
        f"{name}: {before.get(name)} {where_before}, {now.get(name)} {where_now}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
