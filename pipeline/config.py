"""What a user can choose about a distillation and what of it changes a byte of the result."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from mkaudio.shards import can_be_stored

STORE_CHANNELS = ("mono", "source")
Wanted = Literal["keep", "drop", "only"]
WANTED: tuple[Wanted, ...] = ("keep", "drop", "only")
"""What can be asked of a kind of sound: all the same, none of it, or nothing else."""


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
        min_duration_s: a window, or a whole source, that is shorter is left out; 0 keeps all.
        max_clipped_share: a window with a larger share of clipped samples is left out; 1 keeps all.
        min_bandwidth_hz: a window whose sound ends at a lower frequency is left out; 0 keeps all.
        speech: whether windows with speech are kept, dropped, or the only ones kept.
        music: the same for music.
        speech_share: share of a window from which it is one with speech.
        music_share: the same for music.
        max_windows_per_file: of each source only so many windows, those with most going on; None keeps all.
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
    min_duration_s: float = 0.0
    max_clipped_share: float = 0.5
    min_bandwidth_hz: float = 0.0
    speech: Wanted = "keep"
    music: Wanted = "keep"
    speech_share: float = 0.5
    music_share: float = 0.5
    max_windows_per_file: int | None = None
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
        self._check_filters()

    def _check_filters(self) -> None:
        if not -200 <= self.silence_dbfs <= 0:
            raise ValueError(f"--silence-dbfs {self.silence_dbfs:g}: a level from -200 (keeps all) to 0 dBFS")
        if not 0 <= self.min_duration_s <= self.window_s:
            raise ValueError(
                f"--min-duration-s {self.min_duration_s:g}: 0 (keeps all) to {self.window_s:g}, the length of a window"
            )
        if not 0 <= self.max_clipped_share <= 1:
            raise ValueError(f"--max-clipped-share {self.max_clipped_share:g}: a share from 0 to 1 (keeps all)")
        if not (self.min_bandwidth_hz >= 0 and math.isfinite(self.min_bandwidth_hz)):
            raise ValueError(f"--min-bandwidth-hz {self.min_bandwidth_hz:g}: a frequency, or 0 (keeps all)")
        for name in ("speech", "music"):
            if getattr(self, name) not in WANTED:
                raise ValueError(f"--{name} {getattr(self, name)}: one of {', '.join(WANTED)}")
            if not 0 < (share := getattr(self, f"{name}_share")) <= 1:
                raise ValueError(f"--{name}-share {share:g}: a share of the window, above 0 and at most 1")
        if (most := self.max_windows_per_file) is not None and not 1 <= most <= self.samples_per_shard:
            raise ValueError(
                f"--max-windows-per-file {most}: 1 to {self.samples_per_shard} (--samples-per-shard), as a source then stays "
                "in one shard"
            )

    @property
    def decides_after_hearing(self) -> bool:
        """Whether a window that was heard may still be left out, so that encoding it ahead could be in vain."""
        return self.max_windows_per_file is not None or (self.speech, self.music) != ("keep", "keep")

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
