"""The second ear: aiSFX, a sound as a vector of 512 numbers that knows sound effects; it names no classes.

Source: A. B. Ma and A. Lerch, Representation Learning for the Automatic Indexing of Sound Effects Libraries, ISMIR 2022.
Weights: PyPI aisfx 0.1.2, CC BY 4.0. The front end is ours, from its published settings.
T samples at 44.1 kHz, L = 100 frames a block, F = 96 mels, B clips.
"""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from mkaudio.models.starter.fetch import FetchError

SAMPLE_RATE_HZ = 44_100
N_EMBEDDING = 512

_N_FFT, _HOP_SAMPLES, _N_MELS, _BLOCK_FRAMES = 2048, 1024, 96, 100
_BLOCK_SAMPLES = _N_FFT + (_BLOCK_FRAMES - 1) * _HOP_SAMPLES
_LOG_GAIN, _LOG_SCALE = 1e4, 9.457798957824707
"""Compression log10(10⁴ x + 1), and the highest value of the training set, by which it is divided."""
_CHANNELS = (64, 64, 128, 128, 256, 256, 512, 512)
_POOLED_AFTER = (1, 3, 5)


@functools.cache
def mel_matrix() -> torch.Tensor:
    """Build the matrix that turns FFT power into mels: triangles in the HTK mel scale, 0 to 22,050 Hz, each summing to 1.

    Returns:
        (1025, 96) float32.
    """

    def mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        return 1127.01048 * np.log1p(hz / 700.0)

    edges = np.linspace(0.0, mel(np.array([SAMPLE_RATE_HZ / 2]))[0], _N_MELS + 2)
    bins = mel(np.linspace(0.0, SAMPLE_RATE_HZ / 2, _N_FFT // 2 + 1))[:, None]
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.maximum(0.0, np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)))
    return torch.from_numpy((triangles / triangles.sum(axis=0)).astype(np.float32))


def log_mel(blocks: torch.Tensor) -> torch.Tensor:
    """Compute the compressed mel spectrogram of blocks.

    Args:
        blocks: (N, 103424) float32 at 44.1 kHz.

    Returns:
        (N, 100, 96), 0 to about 1.
    """
    frames = blocks.unfold(1, _N_FFT, _HOP_SAMPLES) * torch.hann_window(_N_FFT, periodic=False, device=blocks.device)
    power = torch.fft.rfft(frames).abs().square()
    return torch.log10(_LOG_GAIN * (power @ mel_matrix().to(blocks.device)) + 1) / _LOG_SCALE


def cut(waveform: NDArray[np.float32], max_blocks: int) -> NDArray[np.float32]:
    """Cut a clip into the blocks that are heard: as many as it fills, at most `max_blocks`, evenly spaced over it.

    Its peak becomes 1, so that how loud a sound was recorded does not matter; one shorter than a block is repeated
    until it fills it, since silence would be heard as well.

    Args:
        waveform: (T,) float32, T ≥ 1.
        max_blocks: at most so many.

    Returns:
        (N, 103424) with 1 ≤ N ≤ max_blocks.
    """
    waveform = waveform / max(float(np.abs(waveform).max()), 1e-9)
    waveform = np.resize(waveform, max(len(waveform), _BLOCK_SAMPLES))  # numpy's resize repeats
    n_blocks = min(max_blocks, -(-len(waveform) // _BLOCK_SAMPLES))
    last = len(waveform) - _BLOCK_SAMPLES
    starts = [last // 2] if n_blocks == 1 else [last * block // (n_blocks - 1) for block in range(n_blocks)]
    return np.stack([waveform[start : start + _BLOCK_SAMPLES] for start in starts]).astype(np.float32)


class Aisfx(torch.nn.Module):
    """Eight 3 by 3 convolutions with ReLU (norms folded in), three times halved; mean over mels, highest over time; 4.7 M."""

    def __init__(self) -> None:
        super().__init__()
        wider = zip((1, *_CHANNELS), _CHANNELS, strict=False)
        self.convolutions = torch.nn.ModuleList(torch.nn.Conv2d(a, b, 3, padding=1) for a, b in wider)

    def forward(self, log_mels: torch.Tensor) -> torch.Tensor:
        """Hear blocks.

        Args:
            log_mels: (N, 100, 96) from `log_mel`.

        Returns:
            (N, 512).
        """
        hidden = log_mels[:, None].contiguous(memory_format=torch.channels_last)
        for number, convolution in enumerate(self.convolutions):
            hidden = torch.nn.functional.relu_(convolution(hidden))
            if number in _POOLED_AFTER:
                hidden = torch.nn.functional.max_pool2d(hidden, 2)
        return hidden.mean(3).amax(2)


class AisfxEar:
    """Embeds whole clips, a block a forward: one shape, so that no clip's bits depend on its neighbours."""

    sample_rate_hz = SAMPLE_RATE_HZ
    dimensions = N_EMBEDDING

    def __init__(self, folder: Path, device: str = "cpu", max_blocks: int = 2) -> None:
        """Load the weights.

        Args:
            folder: the pack, as `fetch_second_ear` returns it.
            device: where the network runs, as torch names it.
            max_blocks: blocks of 2.3 s of a clip that are heard; each costs 26 ms on one thread.

        Raises:
            FetchError: the pack is not there.
        """
        weights = folder / "aisfx.safetensors"
        if not weights.exists():
            raise FetchError(f"{weights}: not found: run `mkaudio fetch second-ear`")
        self._device, self._max_blocks = torch.device(device), max_blocks
        self._network = Aisfx()
        self._network.load_state_dict(
            {
                name: tensor.contiguous(memory_format=torch.channels_last) if tensor.ndim == 4 else tensor
                for name, tensor in load_file(weights).items()
            },
            assign=True,
        )
        self._network.to(self._device).eval().requires_grad_(False)

    @torch.inference_mode()
    def embed(self, waveforms: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
        """Embed clips.

        Args:
            waveforms: B of (T,) float32 at 44.1 kHz, of any lengths ≥ 1.

        Returns:
            (B, 512), the mean over each clip's blocks.

        Raises:
            ValueError: a waveform is empty, not float32 or not one-dimensional.
        """
        rows = np.zeros((len(waveforms), N_EMBEDDING), np.float32)
        for number, waveform in enumerate(waveforms):
            if waveform.ndim != 1 or len(waveform) == 0 or waveform.dtype != np.float32:
                raise ValueError(
                    f"waveform {number} of {len(waveforms)}: found shape {waveform.shape} {waveform.dtype}; "
                    "needed (T,) float32 with T ≥ 1: mix it down to mono first"
                )
            blocks = torch.from_numpy(cut(waveform, self._max_blocks)).to(self._device)
            rows[number] = (
                torch.cat([self._network(log_mel(block[None])) for block in blocks]).cpu().numpy().mean(axis=0)
            )
        return rows
