"""What an expert, a scorer and an ear are: the contracts that models satisfy without importing this file.

B clips in a batch, T samples, P patches (a tagger's steps in time), N classes, D dimensions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.timeline import Timeline
from mkaudio.shards import Candidate, Composition


@dataclass(frozen=True, slots=True)
class HeardClip:
    """What an expert may know of a clip. Names of files are not in it.

    Args:
        duration_s: length of the clip.
        waveforms: rate in Hz → mono samples (T,) at that rate, for each rate that a model of the run asked for.
        posteriors: the ear's class probabilities, (P, N).
        evidence: how much speaks for each class, (N,).
        timeline: the events made of them.
        audio_embedding: the scorer's, (D,).
        labels: what lay beside the sound.
        language: of the labels, "" where nobody said and they do not say it clearly.
        file_words: words of the file's name, always English; "" where it names no sound, or may not be used.
        seed: for the draws of wording, from the source's content and the window's start: equal sounds are worded alike.
        composition: how it was composed, and its sentence; None for a recording.
    """

    duration_s: float
    waveforms: Mapping[int, NDArray[np.float32]]
    posteriors: NDArray[np.float32]
    evidence: NDArray[np.float32]
    timeline: Timeline
    audio_embedding: NDArray[np.float32]
    labels: tuple[str, ...] = ()
    language: str = ""
    file_words: str = ""
    seed: int = 0
    composition: Composition | None = None


class Expert(Protocol):
    """Proposes captions. Where it has an `is_linted` that is true, they are made of linted ones, and stay to the letter."""

    name: str

    def fingerprint(self) -> str:
        """Return what identifies its answers: model, words, settings."""
        ...

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return the candidates of each clip, best first; none where it has nothing to say.

        Args:
            clips: B clips.
        """
        ...


class Scorer(Protocol):
    """An audio-text space: the nearer a caption to a sound, the higher the cosine."""

    name: str
    sample_rate_hz: int
    dimensions: int

    def fingerprint(self) -> str:
        """Return the checkpoint's hash."""
        ...

    def embed_audio(self, waveforms: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return unit rows (B, D).

        Args:
            waveforms: B mono waveforms (T,) at `sample_rate_hz`.
        """
        ...

    def embed_text(self, texts: list[str]) -> NDArray[np.float32]:
        """Return unit rows (N, D); a text's row does not depend on the others.

        Args:
            texts: N texts.
        """
        ...


class Heard(Protocol):
    """What an ear hears in one clip."""

    @property
    def posteriors(self) -> NDArray[np.float32]:
        """Class probabilities (P, N)."""
        ...

    @property
    def evidence(self) -> NDArray[np.float32]:
        """How much speaks for each class, (N,), comparable between classes."""
        ...


class Ear(Protocol):
    """A tagger of sound events in time."""

    sample_rate_hz: int
    classes: tuple[str, ...]
    patch_s: float
    hop_s: float

    def listen(self, waveforms: list[NDArray[np.float32]]) -> Sequence[Heard]:
        """Return what is heard in each of B clips.

        Args:
            waveforms: B mono waveforms (T,) at `sample_rate_hz`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The models of a run, built once in each worker by a picklable factory."""

    ear: Ear
    scorer: Scorer
    experts: tuple[Expert, ...]

    @property
    def rates_hz(self) -> tuple[int, ...]:
        """Every rate at which some model hears."""
        return tuple(sorted({self.ear.sample_rate_hz, self.scorer.sample_rate_hz}))
