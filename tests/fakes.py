"""Stand-ins for the models: fast, deterministic, and not sound-blind. Tests only."""

import hashlib
import os
import pathlib
import signal
import time
from dataclasses import dataclass

import numpy as np

from mkaudio.pipeline import Toolbox
from mkaudio.shards import Candidate

CLASSES = ("Speech", "Dog", "Cat", "Music", "Rain")


@dataclass(frozen=True)
class Heard:
    posteriors: np.ndarray

    @property
    def evidence(self):
        return self.posteriors.mean(axis=0)


class FakeEar:
    sample_rate_hz = 16_000
    classes = CLASSES
    patch_s, hop_s = 0.96, 0.48

    def listen(self, waveforms):
        return [Heard(self._hear(waveform)) for waveform in waveforms]

    def _hear(self, waveform):
        n_patches = max(1, int(len(waveform) / 16_000 / self.hop_s) - 1)
        spectrum = np.abs(np.fft.rfft(waveform, 1024))[:500].reshape(5, 100).sum(1)
        return np.tile((spectrum / (spectrum.sum() + 1e-9)).astype(np.float32), (n_patches, 1))


class FakeScorer:
    name, sample_rate_hz, dimensions = "fake", 16_000, 8

    def fingerprint(self):
        return "scorer-1"

    def embed_audio(self, waveforms):
        return np.stack([_unit(np.abs(np.fft.rfft(waveform, 64))[:8]) for waveform in waveforms])

    def embed_text(self, texts):
        return np.stack([_unit(np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)[:8]) for text in texts])


def _unit(vector):
    vector = vector.astype(np.float32) + 1e-3
    return vector / np.linalg.norm(vector)


class FakeExpert:
    name = "fake"

    def __init__(self, deadly="", pause_s=0.0, heard=""):
        self.deadly, self.pause_s, self.heard = deadly, pause_s, heard

    def fingerprint(self):
        return "expert-1"

    def propose(self, clips):
        time.sleep(self.pause_s)
        if self.heard:
            with pathlib.Path(self.heard).open("a") as notes:
                notes.write("a clip\n" * len(clips))
        if len(clips) > 1 and any("kill me in company" in clip.labels for clip in clips):
            os.kill(os.getpid(), signal.SIGKILL)
        if len(clips) > 1 and any("too much for the GPU in company" in clip.labels for clip in clips):
            import torch

            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        for clip in clips:
            self._suffer(clip.labels)
        return [[Candidate("fake", "1", f"A sound of {round(clip.duration_s, 2)} seconds.", 1)] for clip in clips]

    def _suffer(self, labels):
        for label in labels:
            if label == "kill me":
                os.kill(os.getpid(), signal.SIGKILL)
            elif label == "hang me":
                time.sleep(60)
            elif label == "kill me once" and not pathlib.Path(self.deadly).exists():
                pathlib.Path(self.deadly).open("w").close()
                os.kill(os.getpid(), signal.SIGKILL)
            elif label == "too much for the GPU":
                import torch

                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
            elif label == "raise":
                raise RuntimeError("the model is broken")


@dataclass(frozen=True)
class FakeToolbox:
    deadly: str = ""
    pause_s: float = 0.0
    heard: str = ""
    scorer_name: str = "fake"
    experts: tuple[str, ...] = ("fake",)

    def fingerprints(self):
        return {"scorer": "scorer-1"}

    def __call__(self):
        return Toolbox(FakeEar(), FakeScorer(), (FakeExpert(self.deadly, self.pause_s, self.heard),))
