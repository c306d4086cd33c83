"""The starter's audio-text space, made without any training: evidence(class | sound) · MiniLM(class name).

A sound becomes the mean of the text vectors of what YAMNet hears in it; a caption its own text vector, drawn to the classes
that it speaks of. Both are seen from the mean of all class names, since what every name has in common says nothing. It is
called `starter`, never CLAP; with a trained head (head.py) it is another space and called `starter+head`.
B clips, P patches, K classes, D = 384 dimensions.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mkaudio.models.starter.fingerprints import scorer_fingerprint
from mkaudio.models.starter.head import load_head
from mkaudio.models.starter.minilm import MiniLM
from mkaudio.models.starter.yamnet import YamnetEar

_DRAWN, _SHARPNESS = np.float32(0.4), 40.0
"""How far a caption's vector is drawn to the classes that it speaks of, and how sharply they are told apart: what it names counts
more then than how it is worded. Source: tests/benchmarks/prompt_truth.py on the train packages: truth .331 without, .340 with."""


class StarterScorer:
    """Scores captions with YAMNet and MiniLM.

    Args:
        ear: hears the sound; shared with the tagger, whose forward it takes over.
        folder: the starter pack.
        device: for MiniLM.
        dtype: of MiniLM's forward.
        head: file of a trained head; None: the bridge alone.
        name: in the dataset.
    """

    sample_rate_hz = YamnetEar.sample_rate_hz
    dimensions = 384

    def __init__(
        self,
        ear: YamnetEar,
        folder: Path,
        device: str = "cpu",
        dtype: str = "float32",
        head: Path | None = None,
        name: str = "starter",
    ) -> None:
        self.name = name
        self._ear = ear
        self._head = load_head(head, folder) if head else None
        self._minilm = MiniLM(folder / "minilm", device, dtype)
        self._fingerprint = scorer_fingerprint(folder, ear.speeds, head)
        names = self._minilm.embed(list(ear.classes))
        self._centre = names.mean(axis=0)
        self._classes = names - self._centre
        self._class_units = _unit(self._classes)

    def fingerprint(self) -> str:
        """Return the space's hash."""
        return self._fingerprint

    def embed_audio(self, waveforms: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Return the vectors of sounds.

        Every class counts by the evidence for it, not by its bare probability (see evidence.py).

        Args:
            waveforms: B of (T,) float32 at 16 kHz.

        Returns:
            Unit rows (B, 384).
        """
        heard = self._ear.listen(waveforms)
        bridge = _unit(np.einsum("bk,kd->bd", np.stack([one.evidence for one in heard]), self._classes))
        if self._head is None:
            return bridge
        return _unit(bridge + self._head.residual(np.stack([one.embeddings.mean(axis=0) for one in heard])))

    def embed_text(self, texts: list[str]) -> NDArray[np.float32]:
        """Return the vectors of captions; a caption's vector does not depend on the others.

        Args:
            texts: N captions.

        Returns:
            Unit rows (N, 384).
        """
        own = _unit(self._minilm.embed(texts) - self._centre)
        drawn = np.stack([self._drawn_to_classes(row) for row in own]) if len(own) else own
        return _unit((1 - _DRAWN) * own + _DRAWN * _unit(drawn))

    def _drawn_to_classes(self, own: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mean of the classes that a caption (384,) may speak of, by how near each lies."""
        nearness = np.exp(np.float32(_SHARPNESS) * (np.einsum("kd,d->k", self._class_units, own) - 1))
        mean: NDArray[np.float32] = np.einsum("k,kd->d", nearness / nearness.sum(), self._class_units)
        return mean


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
    unit: NDArray[np.float32] = rows / np.maximum(norms, np.float32(1e-12))
    return unit
