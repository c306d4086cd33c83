"""What is known of a clip before its sound is read: enough to decide whether one event stands alone in it. C channels."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.shards import Event


@dataclass(frozen=True, slots=True)
class Sound:
    """A clip's sound.

    Args:
        waveform: (C, T).
        sample_rate_hz: of the waveform.
        goes_on: whether the recording goes on before the first sample, and behind the last.
        sha256: of the source's bytes.
    """

    waveform: NDArray[np.float32]
    sample_rate_hz: int
    goes_on: tuple[bool, bool]
    sha256: str


@dataclass(frozen=True, slots=True)
class EventClip:
    """A clip that may hold an event.

    Args:
        source: name of the input.
        source_root: name of the folder that the path is relative to.
        source_path: escaped path of the source.
        source_key: of the sample in its dataset; "" where it is a file.
        labels: what lay beside the sound.
        language: of the labels.
        heard: the timeline; None where no ear has heard it.
        duration_s: of the clip; 0 where that is not known yet.
        read: returns the sound; what cannot be read is a `Refusal`.
        is_composed: whether it was put together of several sounds.
        group: what must never be split between train and test.
        licence: of the sound.
        attribution: whom to credit.
        source_url: where it came from.
    """

    source: str
    source_root: str
    source_path: str
    source_key: str
    labels: tuple[str, ...]
    language: str
    heard: tuple[Event, ...] | None
    duration_s: float
    read: Callable[[], Sound]
    is_composed: bool = False
    group: str = ""
    licence: str = ""
    attribution: str = ""
    source_url: str = ""
