"""What one sample is before it is bytes: a clip, its candidate captions, what was heard in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.shards.composition import Composition


@dataclass(frozen=True, slots=True)
class Event:
    """A sound event in a clip: class name, span from the clip's start, and how sure the tagger is (0 to 1)."""

    label: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A caption that an expert proposes for a clip.

    Args:
        expert: the expert's name.
        version: the expert's fingerprint.
        text: a sentence.
        n_events: how many sound events the sentence names; 0 where nobody knows.
        language: of the text, as stated; "" where nobody said.
        proposed: the text as the expert wrote it, where lint mended it; None where `text` is that.
        mendings: codes of what lint mended.
    """

    expert: str
    version: str
    text: str
    n_events: int = 0
    language: str = ""
    proposed: str | None = None
    mendings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What lint and selection made of a candidate.

    Args:
        candidate: what an expert proposed, as lint mended it.
        score: the scorer's; None where it was not scored, since lint refused it.
        rank: among the clip's, 0 is best; None where it was not to be chosen.
        decision: kept, lost or refused.
        reason: why.
    """

    candidate: Candidate
    score: float | None
    rank: int | None
    decision: str
    reason: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A window of a source, ready to be written.

    Args:
        key: the sample's key.
        source_root: name of the input that the path is relative to.
        source_path: escaped path of the source.
        source_sha256: of the source's bytes.
        start_s: where in the source the window starts.
        samples: integer samples, (C, T), int16 or int32.
        sample_rate_hz: of the samples.
        bit_depth: 16 or 24.
        verdicts: every candidate in order, refused ones too; that of rank 0 is the prompt.
        selected: whether the clip is in the default selection.
        events: what the tagger heard.
        embedding: the scorer's, (D,), unit length.
        rms_dbfs: level over all channels.
        peak_dbfs: highest absolute sample.
        speech_share: share of the window in which speech is heard.
        music_share: the same for music.
        labels: what lay beside the sound.
        language: of the labels.
        group: what must never be split between train and test.
        licence: of the sound.
        attribution: whom to credit.
        source_url: where it came from.
        composition: how it was composed; None for a recording.
    """

    key: str
    source_root: str
    source_path: str
    source_sha256: str
    start_s: float
    samples: NDArray[np.int16] | NDArray[np.int32]
    sample_rate_hz: int
    bit_depth: int
    verdicts: tuple[Verdict, ...]
    selected: bool
    events: tuple[Event, ...]
    embedding: NDArray[np.float32]
    rms_dbfs: float
    peak_dbfs: float
    speech_share: float
    music_share: float
    labels: tuple[str, ...] = ()
    language: str = ""
    group: str = ""
    licence: str = ""
    attribution: str = ""
    source_url: str = ""
    composition: Composition | None = None

    @property
    def duration_s(self) -> float:
        """Length of the sound."""
        return float(self.samples.shape[1] / self.sample_rate_hz)

    @property
    def best(self) -> Verdict | None:
        """The candidate that is the prompt; None where no expert had one that can be used."""
        return next((verdict for verdict in self.verdicts if verdict.rank == 0), None)
