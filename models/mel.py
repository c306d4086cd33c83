"""Sound → log-mel spectrogram, as Make-An-Audio has it, and back by Griffin-Lim. B batch, T samples, F mels, L frames.

Source: Make-An-Audio, `preprocess/NAT_mel.py`: 16 kHz, 80 slaney mels, log10. Frame l is of the samples about hop * (l + 1/2).
"""

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

_LOUDEST, _ITS_WINDOW_SAMPLES = 1.5, 1024
"""Source: log-mels of Make-An-Audio lie between -5 and about 1.5; a tone's magnitude grows with the window."""
_MOMENTUM = 0.99
"""Of Griffin-Lim. Source: librosa's own."""


@dataclass(frozen=True, slots=True)
class MelConfig:
    """What decides the numbers of a log-mel spectrogram.

    Args:
        sample_rate_hz: of the waveform.
        n_fft: samples of a Fourier transform.
        win_samples: length of the Hann window.
        hop_samples: from frame to frame.
        n_mels: F.
        f_min_hz: where the lowest mel begins.
        f_max_hz: where the highest mel ends.
        floor: mels below it count as it, so that silence is log10(floor).
        magnitude_epsilon: under the root of the magnitude, so that silence has a gradient.
    """

    sample_rate_hz: int = 16_000
    n_fft: int = 1024
    win_samples: int = 1024
    hop_samples: int = 256
    n_mels: int = 80
    f_min_hz: float = 0.0
    f_max_hz: float = 8000.0
    floor: float = 1e-5
    magnitude_epsilon: float = 1e-9

    def __post_init__(self) -> None:
        """Check the values once.

        Raises:
            ValueError: one of them makes no sense.
        """
        if self.sample_rate_hz < 1:
            raise ValueError(f"sample_rate_hz {self.sample_rate_hz}: at least 1")
        if self.n_fft < 2 or self.n_fft % 2:
            raise ValueError(f"n_fft {self.n_fft}: an even number of samples, as 1024")
        if not 1 <= self.win_samples <= self.n_fft:
            raise ValueError(f"win_samples {self.win_samples}: 1 to n_fft, {self.n_fft}")
        if not 1 <= self.hop_samples <= self.win_samples or self.hop_samples % 2:
            raise ValueError(f"hop_samples {self.hop_samples}: an even number, at most win_samples, {self.win_samples}")
        if not 1 <= self.n_mels <= self.n_fft // 2:
            raise ValueError(f"n_mels {self.n_mels}: 1 to half of n_fft, {self.n_fft // 2}")
        if not 0 <= self.f_min_hz < self.f_max_hz <= self.sample_rate_hz / 2:
            raise ValueError(
                f"f_min_hz {self.f_min_hz:g}, f_max_hz {self.f_max_hz:g}: from 0 up to half of sample_rate_hz, "
                f"{self.sample_rate_hz / 2:g}"
            )
        for name in ("floor", "magnitude_epsilon"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} {value:g}: a small number above 0")

    @property
    def pad_samples(self) -> int:
        """Samples that are reflected at each end, so that T samples give T // hop frames."""
        return (self.n_fft - self.hop_samples) // 2

    @property
    def frames_per_s(self) -> float:
        """Frames of a second."""
        return self.sample_rate_hz / self.hop_samples

    @property
    def silence(self) -> float:
        """What the log-mel of silence is."""
        return math.log10(self.floor)

    @property
    def loudest(self) -> float:
        """What no log-mel of a sound within full scale is above."""
        return _LOUDEST + math.log10(self.win_samples / _ITS_WINDOW_SAMPLES)

    def n_frames(self, n_samples: int) -> int:
        """Return how many frames so many samples give.

        Args:
            n_samples: T.
        """
        return n_samples // self.hop_samples

    def filterbank(self) -> NDArray[np.float32]:
        """Return the slaney mels (F, n_fft // 2 + 1), each of area 1.

        Raises:
            ValueError: a mel is narrower than the bins of the Fourier transform, so that nothing falls into it.
        """
        from librosa.filters import mel  # a second of import

        spacing: dict[str, Any] = {"fmin": self.f_min_hz, "fmax": self.f_max_hz, "htk": False, "norm": "slaney"}
        bank = cast("NDArray[np.float32]", mel(sr=self.sample_rate_hz, n_fft=self.n_fft, n_mels=self.n_mels, **spacing))
        empty = np.flatnonzero(~bank.any(axis=1))
        if len(empty):
            raise ValueError(
                f"n_mels {self.n_mels}: {len(empty)} of them, the first is {empty[0]}, fall between the bins of n_fft "
                f"{self.n_fft}; take fewer mels or a longer n_fft"
            )
        return bank


class LogMel(nn.Module):
    """Waveforms to log-mels, on whatever device they are, in float32 also under autocast.

    Args:
        config: of the spectrogram.
    """

    window: Tensor
    filterbank: Tensor

    def __init__(self, config: MelConfig) -> None:
        super().__init__()
        self.config = config
        window = torch.hann_window(config.win_samples, dtype=torch.float64).float()  # in float32 it is off by 1e-7
        self.register_buffer("window", window, persistent=False)
        self.register_buffer("filterbank", torch.from_numpy(config.filterbank()), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        """Compute log10 of the mels of the magnitude.

        Args:
            waveform: (B, T), full scale is 1.

        Returns:
            (B, F, T // hop) float32, from log10(floor) up. A sound too short to be reflected is a `ValueError`.
        """
        return self.of_reflected(self.reflected(waveform))

    def reflected(self, waveform: Tensor) -> Tensor:
        """Reflect a sound at both ends, so that each of its frames is whole.

        Args:
            waveform: (B, T).

        Returns:
            (B, T + n_fft - hop) float32: frame l is of the n_fft samples from l * hop on.

        Raises:
            ValueError: the sound is too short for it.
        """
        config = self.config
        least = max(config.pad_samples + 1, config.hop_samples)
        if waveform.shape[-1] < least:
            raise ValueError(f"a waveform of {waveform.shape[-1]} samples: a log-mel needs at least {least}; pad it")
        ends = (config.pad_samples, config.pad_samples)
        return functional.pad(waveform.float()[:, None], ends, "reflect")[:, 0]

    def of_reflected(self, reflected: Tensor) -> Tensor:
        """Compute the frames of what `reflected` returned, or of any stretch of it.

        Args:
            reflected: (B, n_fft + (L - 1) * hop), or up to a hop more.

        Returns:
            (B, F, L) float32.
        """
        config = self.config
        with torch.autocast(reflected.device.type, enabled=False):
            spectrum = torch.stft(
                reflected,
                config.n_fft,
                config.hop_samples,
                config.win_samples,
                self.window.float(),
                center=False,
                return_complex=True,
            )
            power = spectrum.real.square() + spectrum.imag.square()
            mels = self.filterbank.float() @ torch.sqrt(power + config.magnitude_epsilon)
            return torch.log10(mels.clamp(min=config.floor))


def griffin_lim(
    log_mel: NDArray[np.floating], config: MelConfig, n_iterations: int = 64, seed: int = 0
) -> NDArray[np.float32]:
    """Make a sound that has this log-mel, more or less: its phases are guessed. The same arguments give the same sound.

    Source: Griffin & Lim 1984, with the momentum of Perraudin et al. 2013, as in `librosa.griffinlim`.

    Args:
        log_mel: (F, L).
        config: of the spectrogram.
        n_iterations: of the guess.
        seed: of the phases that it begins with.

    Returns:
        (T,) with T = L * hop.

    Raises:
        ValueError: the mel is not one of this configuration, or too short to be reflected at its ends.
    """
    import librosa

    if log_mel.ndim != 2 or log_mel.shape[0] != config.n_mels or not log_mel.shape[1]:
        raise ValueError(f"a log-mel of shape {log_mel.shape}: needed is ({config.n_mels}, frames)")
    if log_mel.shape[1] * config.hop_samples <= config.pad_samples:
        raise ValueError(f"a log-mel of {log_mel.shape[1]} frames is shorter than {config.pad_samples} samples; pad it")
    mels = np.power(10.0, log_mel.astype(np.float64))
    mels[mels <= config.floor * 1.001] = 0.0  # the floor means: nothing that can be told from silence
    magnitude = librosa.util.nnls(config.filterbank().astype(np.float64), mels)
    frames: dict[str, Any] = {
        "hop_length": config.hop_samples,
        "win_length": config.win_samples,
        "n_fft": config.n_fft,
        "center": False,
    }
    inside = slice(config.pad_samples, config.pad_samples + log_mel.shape[1] * config.hop_samples)
    phases = np.random.RandomState(seed).random(magnitude.shape)
    spectrum = magnitude * np.exp(2j * np.pi * phases)
    before = np.zeros_like(spectrum)
    for _ in range(n_iterations):
        sound = librosa.istft(spectrum, **frames)[inside]
        # librosa.griffinlim would leave the ends free, where LogMel hears a reflection
        found = librosa.stft(np.pad(sound, config.pad_samples, mode="reflect"), **frames)
        spectrum = found - _MOMENTUM / (1 + _MOMENTUM) * before
        spectrum *= magnitude / np.maximum(np.abs(spectrum), 1e-16)
        before = found
    return cast("NDArray[np.float32]", librosa.istft(spectrum, **frames)[inside].astype(np.float32))
