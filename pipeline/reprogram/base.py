"""What is known of a clip before its sound is opened: enough to decide what is composed with it."""

from dataclasses import dataclass

from mkaudio.shards import Event


@dataclass(frozen=True, slots=True)
class Base:
    """The clip X of a composition.

    Args:
        index: of the clip among those of the dataset, or of its selection, in key order.
        key: its key.
        prompt: its prompt.
        n_events: sound events that the prompt names; 0 where nobody knows.
        n_frames: of the stored sound.
        sample_rate_hz: of the stored sound.
        channels: of the stored sound.
        bit_depth: 16 or 24.
        heard: what the ear heard in it, surest first.
        licence: of the sound.
        attribution: whom to credit.
        group: what must never be split between train and test.
        source_url: where it came from.
    """

    index: int
    key: str
    prompt: str
    n_events: int
    n_frames: int
    sample_rate_hz: int
    channels: int
    bit_depth: int
    heard: tuple[Event, ...]
    licence: str = ""
    attribution: str = ""
    group: str = ""
    source_url: str = ""

    @property
    def duration_s(self) -> float:
        """Length of the stored sound."""
        return self.n_frames / self.sample_rate_hz
