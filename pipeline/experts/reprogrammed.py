"""The expert of composed sounds: it says the sentence that was composed with the sound, and nothing else."""

from collections.abc import Sequence

from mkaudio.pipeline.experts.expert import Expert, HeardClip
from mkaudio.shards import Candidate


class ReprogrammedExpert(Expert):
    """Proposes the sentence of each composition, to the letter the one that the stream gives with the sound.

    Args:
        version: identifies recipe, templates and events.
    """

    name = "reprogram"
    is_linted = True

    def __init__(self, version: str) -> None:
        self._version = version

    def fingerprint(self) -> str:
        """Return what identifies its answers."""
        return self._version

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return one candidate a clip; none for a recording.

        Args:
            clips: B clips.
        """
        return [
            [Candidate(self.name, self._version, clip.composition.prompt, clip.composition.n_events)]
            if clip.composition and clip.composition.prompt
            else []
            for clip in clips
        ]
