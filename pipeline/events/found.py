"""An event that was found in a clip, before it is known whether it is kept. T samples, D dimensions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.events.clip import EventClip
from mkaudio.pipeline.events.fingerprint import fingerprint
from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.events.settings import EventSettings
from mkaudio.pipeline.events.single import SingleEvent, single_event
from mkaudio.pipeline.events.trim import Trimmed, trim
from mkaudio.shards import Refusal


@dataclass(frozen=True, slots=True)
class Found:
    """An event.

    Args:
        clip: where it comes from.
        single: what it is.
        trimmed: its place and level; the sound itself lies in the staging file.
        n_frames: its length.
        source_rate_hz: of its clip.
        source_sha256: of the source's bytes.
    """

    clip: EventClip
    single: SingleEvent
    trimmed: Trimmed
    n_frames: int
    source_rate_hz: int
    source_sha256: str

    @property
    def label(self) -> str:
        """Its class, or the label where no class matches."""
        return self.single.named.words.label

    @property
    def origin(self) -> str:
        """What it shares with other events of one recording or uploader."""
        return self.clip.group or f"{self.clip.source}/{self.clip.source_root}/{self.clip.source_path}"

    def row(self, sample_rate_hz: int) -> dict[str, Any]:
        """Return its row in the database, without what depends on the others.

        Args:
            sample_rate_hz: of the database.
        """
        words, clip, trimmed = self.single.named.words, self.clip, self.trimmed
        return {
            "label": words.label,
            "noun": words.noun,
            "clauses": list(words.clauses),
            "plural": words.plural,
            "lasts": self.single.named.lasts,
            "named_by": self.single.named_by,
            "confidence": self.single.confidence,
            "level_dbfs": trimmed.level_dbfs,
            "peak_dbfs": trimmed.peak_dbfs,
            "n_frames": self.n_frames,
            "duration_s": round(self.n_frames / sample_rate_hz, 4),
            "source": clip.source,
            "source_root": clip.source_root,
            "source_path": clip.source_path,
            "source_sha256": self.source_sha256,
            "source_key": clip.source_key,
            "source_rate_hz": self.source_rate_hz,
            "start_s": trimmed.start_s,
            "end_s": trimmed.end_s,
            "group": clip.group,
            "licence": clip.licence,
            "attribution": clip.attribution,
            "source_url": clip.source_url,
        }


def find_event(
    clip: EventClip, settings: EventSettings
) -> tuple[Found, NDArray[np.int16], NDArray[np.float16]] | LeftOut:
    """Return the event of a clip with its sound (T,) and its fingerprint (D,), or why there is none; the sound is read only
    where the clip may hold one.

    Args:
        clip: the clip.
        settings: what an event must be.
    """
    if clip.is_composed:
        return LeftOut.SEVERAL_EVENTS
    single = single_event(clip.labels, clip.language, clip.heard, clip.duration_s, settings.min_confidence)
    if isinstance(single, LeftOut):
        return single
    if settings.classes_only and single.named.phrase is None:
        return LeftOut.NO_CLASS
    try:
        sound = clip.read()
    except Refusal:
        return LeftOut.UNREADABLE
    if not sound.waveform.shape[1]:
        return LeftOut.SILENT
    made = trim(sound.waveform, sound.sample_rate_hz, single.span_s, single.named.lasts, sound.goes_on, settings)
    if isinstance(made, LeftOut):
        return made
    trimmed, samples = made
    found = Found(clip, single, trimmed, len(samples), sound.sample_rate_hz, sound.sha256)
    return found, samples, fingerprint(samples, settings.sample_rate_hz).astype(np.float16)
