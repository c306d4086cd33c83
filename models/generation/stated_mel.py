"""What the folder of a vocoder says of its mels, held against those of a checkpoint. Loads no network.

Source: transformers, `SpeechT5HifiGanConfig` (config.json) and `SpeechT5FeatureExtractor` (preprocessor_config.json): log10 of
slaney mels, as ours are. config.json has rate, mels and, by its upsampling, the hop; range and floor are in the other, if at all.
"""

import math
from collections.abc import Mapping
from typing import Any

from mkaudio.models.mel import MelConfig

EXTRACTOR = "SpeechT5FeatureExtractor"
_NAMES = {
    "sampling_rate": "sample_rate_hz",
    "model_in_dim": "n_mels",
    "num_mel_bins": "n_mels",
    "fmin": "f_min_hz",
    "fmax": "f_max_hz",
    "mel_floor": "floor",
}
_IN_MS = {"hop_length": "hop_samples", "win_length": "win_samples"}
_MS_A_SECOND = 1000
_HAVE_TO_FIT = ("sample_rate_hz", "n_mels", "hop_samples", "win_samples", "f_min_hz", "f_max_hz", "floor")
LOGARITHM = "log10"


def stated_mel(config: Mapping[str, Any], extractor: Mapping[str, Any] | None, where: str) -> dict[str, float]:
    """Return what is said of the mels, by the names in `MelConfig`.

    Args:
        config: content of config.json, with what transformers takes where it says nothing.
        extractor: content of preprocessor_config.json; None: there is none.
        where: the folder, for the error.

    Returns:
        Name → value, only of what is said.

    Raises:
        ValueError: the two contradict each other, or the mels are of another kind.
    """
    found: dict[str, float] = {  # these three are never unstated
        "hop_samples": math.prod(config["upsample_rates"]),
        "sample_rate_hz": config["sampling_rate"],
        "n_mels": config["model_in_dim"],
    }
    for name, content in (("config.json", config), ("preprocessor_config.json", extractor or {})):
        kind, logarithm = content.get("feature_extractor_type", EXTRACTOR), content.get("log_mel", LOGARITHM)
        if kind != EXTRACTOR or logarithm != LOGARITHM:
            raise ValueError(
                f"{where}/{name}: mels by {kind}, {logarithm}: needed are those of {EXTRACTOR}, {LOGARITHM}"
            )
        said = {ours: content[theirs] for theirs, ours in _NAMES.items() if theirs in content}
        if name != "config.json":
            rate_hz = float(content.get("sampling_rate", config["sampling_rate"]))
            said |= {ours: content[one] * rate_hz / _MS_A_SECOND for one, ours in _IN_MS.items() if one in content}
        for ours, value in said.items():
            if found.setdefault(ours, value) != value:
                raise ValueError(f"{where}: says {ours} {found[ours]:g} in config.json and {value:g} in {name}")
    return found


def check_mel(stated: Mapping[str, float], mel: MelConfig, where: str) -> tuple[str, ...]:
    """See that a vocoder is one for these mels, as far as it says.

    Args:
        stated: what it says.
        mel: of the checkpoint.
        where: the folder, for the error.

    Returns:
        What it does not say.

    Raises:
        ValueError: it is for others.
    """
    wanted = {name: getattr(mel, name) for name in _HAVE_TO_FIT}
    wrong = [
        f"{name} {stated[name]:g} (the checkpoint: {wanted[name]:g})"
        for name in _HAVE_TO_FIT
        if name in stated and not math.isclose(stated[name], wanted[name], rel_tol=1e-6, abs_tol=1e-12)
    ]
    if wrong:
        raise ValueError(
            f"{where}: a vocoder for other mels: {', '.join(wrong)}; take one that was trained on the checkpoint's, or "
            "--vocoder griffin_lim"
        )
    return tuple(name for name in _HAVE_TO_FIT if name not in stated)
