"""The `retriever` expert: the captions of a bank that lie nearest to the sound in the scorer's space.

N captions in the bank, D dimensions.
"""

import hashlib
import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.experts.expert import HeardClip, Scorer
from mkaudio.prompts import BankCaption
from mkaudio.shards import Candidate


class RetrieverExpert:
    """Proposes the nearest captions of a bank, at most one of each event.

    Args:
        bank: N captions.
        scorer: the audio-text space to search in.
        top_k: candidates a clip.
    """

    name = "retriever"

    def __init__(self, bank: tuple[BankCaption, ...], scorer: Scorer, top_k: int = 3) -> None:
        self._bank, self._top_k = bank, min(top_k, len(bank))
        self._version = bank_fingerprint(bank)
        self._vectors = scorer.embed_text([caption.text for caption in bank])

    def fingerprint(self) -> str:
        """Return the bank's hash."""
        return self._version

    def propose(self, clips: Sequence[HeardClip]) -> list[list[Candidate]]:
        """Return the nearest captions of each clip, nearest first.

        Args:
            clips: B clips.
        """
        return [self._nearest(clip.audio_embedding) for clip in clips]

    def _nearest(self, audio: NDArray[np.float32]) -> list[Candidate]:
        scores = np.einsum("nd,d->n", self._vectors, audio)
        order = np.argsort(-scores, kind="stable")[: self._top_k]
        chosen = [self._bank[number] for number in order]
        return [Candidate(self.name, self._version, caption.text, caption.n_events) for caption in chosen]


def bank_fingerprint(bank: tuple[BankCaption, ...]) -> str:
    """Return a short hash of a bank's captions.

    Args:
        bank: N captions.
    """
    return hashlib.sha256(json.dumps([(one.text, one.n_events) for one in bank]).encode()).hexdigest()[:12]
