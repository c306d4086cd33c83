"""YAMNet, which hears 521 AudioSet classes: its log-mel front end, its network, and the ear that a pipeline uses.

Source: github.com/tensorflow/models, research/audioset/yamnet (features.py, params.py, yamnet.py).
T samples at 16 kHz, L frames, F 64 mels, N or P patches of 96 frames, K 521 classes.
"""

import csv
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from mkaudio.models.precision import precision
from mkaudio.models.starter.evidence import class_evidence
from mkaudio.models.starter.fetch import FetchError
from mkaudio.models.starter.speeds import SPEEDS

SAMPLE_RATE_HZ = 16_000
N_CLASSES = 521
N_EMBEDDING = 1024

# Source: params.py: windows of 25 ms every 10 ms, 64 mels of 125 to 7500 Hz, patches of 0.96 s every 0.48 s.
_WINDOW_SAMPLES, _HOP_SAMPLES, _N_FFT = 400, 160, 512
_N_MELS, _MEL_LOW_HZ, _MEL_HIGH_HZ, _LOG_OFFSET = 64, 125.0, 7500.0, 0.001
_PATCH_FRAMES, _PATCH_HOP_FRAMES = 96, 48
_PATCH_SAMPLES = _WINDOW_SAMPLES + (_PATCH_FRAMES - 1) * _HOP_SAMPLES
_PATCH_HOP_SAMPLES = _PATCH_HOP_FRAMES * _HOP_SAMPLES

_FIRST_CHANNELS = 32
_SEPARABLE = ((1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024), (1, 1024))
"""(stride, channels out) of 13 pairs of depthwise and pointwise layer. Source: yamnet.py; MobileNet v1, table 1."""


@functools.cache
def mel_matrix() -> torch.Tensor:
    """Build the matrix that turns FFT magnitudes into mels, triangles in the HTK mel scale.

    Source: tf.signal.linear_to_mel_weight_matrix; mel(f) = 1127 ln(1 + f / 700).

    Returns:
        (257, 64) float32; every column is a triangle whose peak would be 1.
    """
    mel_of_bins = 1127.0 * np.log1p(np.linspace(0.0, SAMPLE_RATE_HZ / 2, _N_FFT // 2 + 1) / 700.0)[:, None]
    low, high = (1127.0 * math.log1p(edge_hz / 700.0) for edge_hz in (_MEL_LOW_HZ, _MEL_HIGH_HZ))
    edges = np.linspace(low, high, _N_MELS + 2)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (mel_of_bins - left) / (centre - left), (right - mel_of_bins) / (right - centre)
    return torch.from_numpy(np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32))


def log_mel(waveform: torch.Tensor) -> torch.Tensor:
    """Compute YAMNet's log-mel spectrogram: log(mel + 0.001) of magnitudes, frames not centred.

    Args:
        waveform: (T,) float32 at 16 kHz, T ≥ 400, on any device.

    Returns:
        (L, 64) float32 with L = 1 + (T - 400) // 160: frame l starts at sample 160 l.
    """
    window = torch.hann_window(_WINDOW_SAMPLES, periodic=True, device=waveform.device)
    frames = waveform.unfold(0, _WINDOW_SAMPLES, _HOP_SAMPLES) * window
    magnitudes = torch.fft.rfft(frames, n=_N_FFT).abs()
    return torch.log(magnitudes @ mel_matrix().to(waveform.device) + _LOG_OFFSET)


def patches(waveform: torch.Tensor) -> torch.Tensor:
    """Cut a waveform into the patches that YAMNet hears; patch p starts at 0.48 p seconds.

    A clip shorter than a patch is tiled: zeros would cost it a third of its hits (FACTS.md: top-1 .22 against .35).
    Of a longer one every sample is heard: the end that fills no whole hop is completed with its mirror image, which
    adds no edge and no silence. The last patch so holds at least half a patch of the clip itself.

    Args:
        waveform: (T,) float32 at 16 kHz, T ≥ 1.

    Returns:
        (N, 96, 64) float32 with N = 1 + ceil(max(0, T - 15600) / 7680).
    """
    if len(waveform) < _PATCH_SAMPLES:
        waveform = waveform.repeat(math.ceil(_PATCH_SAMPLES / len(waveform)))[:_PATCH_SAMPLES]
    n_hops = math.ceil((len(waveform) - _PATCH_SAMPLES) / _PATCH_HOP_SAMPLES)
    missing = _PATCH_SAMPLES + n_hops * _PATCH_HOP_SAMPLES - len(waveform)
    whole = torch.cat([waveform, waveform[-1 - missing : -1].flip(0)])
    return log_mel(whole).unfold(0, _PATCH_FRAMES, _PATCH_HOP_FRAMES).transpose(1, 2)


class Yamnet(torch.nn.Module):
    """MobileNet v1 on log-mel patches: 27 convolutions with ReLU (their norms folded in), mean, classifier; 3.73 M."""

    def __init__(self) -> None:
        super().__init__()
        convolutions = [torch.nn.Conv2d(1, _FIRST_CHANNELS, 3, stride=2)]
        channels = _FIRST_CHANNELS
        for stride, wider in _SEPARABLE:
            convolutions += [
                torch.nn.Conv2d(channels, channels, 3, stride, padding=int(stride == 1), groups=channels),
                torch.nn.Conv2d(channels, wider, 1),
            ]
            channels = wider
        self.convolutions = torch.nn.ModuleList(convolutions)
        self.classifier = torch.nn.Linear(channels, N_CLASSES)

    def forward(self, log_mels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Hear patches.

        Args:
            log_mels: (N, 96, 64) float32 from `patches`.

        Returns:
            Embeddings (N, 1024) and logits (N, 521), float32.
        """
        hidden = log_mels[:, None].contiguous(memory_format=torch.channels_last)
        for convolution in self.convolutions:
            if convolution.stride == (2, 2):  # TensorFlow's "same" padding of an even side: none before, one after
                hidden = torch.nn.functional.pad(hidden, (0, 1, 0, 1))
            hidden = torch.nn.functional.relu_(convolution(hidden))
        embeddings = hidden.mean((2, 3))
        return embeddings, self.classifier(embeddings)


def played(waveform: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
    """Return a waveform as it sounds when played at another speed, pitch included.

    Args:
        waveform: (T,) float32.
        speed: 1 as it is, 2 twice as fast.

    Returns:
        (round(T / speed),) float32, one sample at least.
    """
    if speed == 1:
        return waveform
    rate_hz = round(SAMPLE_RATE_HZ / speed)
    resampled: NDArray[np.float32] = soxr.resample(waveform, SAMPLE_RATE_HZ, rate_hz, quality="HQ").astype(np.float32)
    return resampled if len(resampled) else waveform


@dataclass(frozen=True)
class Heard:
    """What the ear made of one clip.

    Attributes:
        posteriors: (P, 521) float32, 0 to 1, a row per patch.
        embeddings: (P, 1024) float32, a row per patch.
        evidence: (521,) float32, 0 or more: how much speaks for each class, over every speed at which it was heard.
    """

    posteriors: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    evidence: NDArray[np.float32]


def _posteriors(logits: torch.Tensor) -> NDArray[np.float32]:
    """Return sigmoid(logits), each element the same wherever it lies.

    In float32 torch's vectors and their left-over elements round differently, so that a posterior would depend on how
    many other patches are heard; by way of float64 the difference is rounded away.
    """
    return torch.sigmoid(logits.cpu().double()).float().numpy()


class YamnetEar:
    """Hears whole clips with YAMNet, many patches a forward, every forward in one shape.

    A clip of 10 s at one speed costs 33 ms on one thread of a 168 GFLOP/s core: 35 at 16 patches a forward, 39 at 64, 51 at 128,
    where the activations outgrow the cache. Channels last: 29 ms of network against 46 in torch's own order.
    """

    sample_rate_hz = SAMPLE_RATE_HZ
    patch_s = _PATCH_FRAMES * _HOP_SAMPLES / SAMPLE_RATE_HZ
    hop_s = _PATCH_HOP_SAMPLES / SAMPLE_RATE_HZ

    def __init__(
        self,
        weights_folder: Path,
        device: str = "cpu",
        patches_per_forward: int = 32,
        untrusted: frozenset[str] = frozenset(),
        dtype: str = "float32",
        speeds: tuple[float, ...] = SPEEDS["starter"],
    ) -> None:
        """Load the weights.

        Args:
            weights_folder: the starter pack, as `fetch_starter` returns it.
            device: where the network runs, as torch names it.
            patches_per_forward: patches in every forward; the last one is filled up with zeros.
            untrusted: classes that `evidence` passes over.
            dtype: of the forward: float32, bfloat16 or float16.
            speeds: at which every clip is heard for its evidence, 1 the first; what is heard in time is heard at 1.

        Raises:
            FetchError: the pack is not there.
        """
        weights, names = weights_folder / "yamnet.safetensors", weights_folder / "yamnet_classes.csv"
        if not (weights.exists() and names.exists()):
            raise FetchError(f"{weights_folder}: no YAMNet here: run `mkaudio fetch starter`")
        with names.open(encoding="utf-8", newline="") as handle:
            self.classes: tuple[str, ...] = tuple(row["display_name"] for row in csv.DictReader(handle))
        self._device, self._dtype = torch.device(device), dtype
        self._network = Yamnet()
        self._network.load_state_dict(
            {
                name: tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor
                for name, tensor in load_file(weights).items()
            },
            assign=True,
        )
        self._network.to(self._device).eval().requires_grad_(False)
        self._patches_per_forward = patches_per_forward
        self.untrusted, self.speeds = untrusted, speeds
        self._last: tuple[list[NDArray[np.float32]], list[Heard]] = ([], [])

    def listen(self, waveforms: Sequence[NDArray[np.float32]]) -> list[Heard]:
        """Hear clips.

        The very same arrays heard twice in a row are heard once: a tagger and a scorer share the forward. So an array
        must not be changed in place between two calls.

        Args:
            waveforms: (T,) float32 each, at 16 kHz, of any lengths ≥ 1.

        Returns:
            What was heard, a row per patch: row p of a clip starts at 0.48 p seconds and spans 0.96.

        Raises:
            ValueError: a waveform is empty, not float32 or not one-dimensional.
        """
        for number, waveform in enumerate(waveforms):
            if waveform.ndim != 1 or len(waveform) == 0 or waveform.dtype != np.float32:
                raise ValueError(
                    f"waveform {number} of {len(waveforms)}: found shape {waveform.shape} {waveform.dtype}; "
                    "needed (T,) float32 with T ≥ 1: mix it down to mono first"
                )
        known, heard = self._last
        if len(known) != len(waveforms) or any(a is not b for a, b in zip(known, waveforms, strict=True)):
            heard = self._listen(waveforms)
            self._last = (list(waveforms), heard)
        return list(heard)

    @torch.inference_mode()
    def _listen(self, waveforms: Sequence[NDArray[np.float32]]) -> list[Heard]:
        if not waveforms:
            return []
        cut = [
            patches(torch.from_numpy(played(waveform, speed)).to(self._device))
            for waveform in waveforms
            for speed in self.speeds
        ]
        bounds = np.cumsum([len(of_clip) for of_clip in cut])
        filler = cut[0].new_zeros(-int(bounds[-1]) % self._patches_per_forward, _PATCH_FRAMES, _N_MELS)
        chunks = torch.cat([*cut, filler]).reshape(-1, self._patches_per_forward, _PATCH_FRAMES, _N_MELS)
        with precision(self._device, self._dtype):
            heard = [self._network(chunk) for chunk in chunks]
        embeddings, logits = (torch.cat(rows).float() for rows in zip(*heard, strict=True))
        posteriors = np.split(_posteriors(logits[: bounds[-1]]), bounds[:-1])
        vectors = np.split(embeddings[: bounds[-1]].cpu().numpy(), bounds[:-1])
        clips = [slice(first, first + len(self.speeds)) for first in range(0, len(cut), len(self.speeds))]
        return [
            Heard(
                posteriors[clip.start],
                vectors[clip.start],
                class_evidence(posteriors[clip], self.classes, self.untrusted),
            )
            for clip in clips
        ]
