"""The starter's head: what YAMNet's embedding adds to the vector of a sound in the starter space.

    vector = unit(bridge + strength · (embedding · weight + bias))

One safetensors file; what it was trained with and on is JSON in its header. B clips, E = 1024, D = 384.
"""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from mkaudio.models.starter.fingerprints import ear_fingerprint, reader_fingerprint

N_INPUTS, N_OUTPUTS = 1024, 384
_FACTS = "mkaudio_starter_head"


@dataclass(frozen=True)
class HeadFacts:
    """What a head's file says of itself.

    Args:
        ear: fingerprint of YAMNet, whose embeddings it takes.
        reader: fingerprint of MiniLM, in whose space it lies.
        strength: weight of the residual against the bridge.
        alpha: of the ridge.
        label_share: how much of the target is the label's vector; the rest is the bridge's own.
        trained_on: package → clips.
        seed: of the bootstrap over training clips; None: all clips, once each.
        features: what it takes; there is one kind.
    """

    ear: str
    reader: str
    strength: float
    alpha: float
    label_share: float
    trained_on: dict[str, int]
    seed: int | None = None
    features: str = "yamnet-mean-1024"


@dataclass(frozen=True)
class StarterHead:
    """A linear residual: weight (1024, 384), bias (384,), float32, and its facts."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    facts: HeadFacts

    def residual(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what is added to the bridge; a row does not depend on the others.

        Args:
            embeddings: (B, 1024), each the mean over a clip's patches.

        Returns:
            (B, 384).
        """
        # einsum and not matmul: BLAS sums in another order at another B
        added: NDArray[np.float32] = np.einsum("be,ed->bd", embeddings, self.weight) + self.bias
        return added * np.float32(self.facts.strength)

    def save(self, path: Path) -> None:
        """Write the head, whole or not at all.

        Args:
            path: of the file; its folder is made.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        facts = {_FACTS: json.dumps(asdict(self.facts), sort_keys=True)}
        temporary = path.with_name(f".{path.name}.partial")
        temporary.write_bytes(save({"weight": self.weight, "bias": self.bias}, metadata=facts))
        temporary.replace(path)


def load_head(path: Path, pack: Path) -> StarterHead:
    """Load a head and check that it belongs to this starter pack.

    Args:
        path: of the file.
        pack: the starter pack.

    Returns:
        The head.

    Raises:
        ValueError: there is no head, or a broken one, or one of another YAMNet or MiniLM.
    """
    advice = "train one with make starter-head SOUNDS=folder"
    try:
        with safe_open(str(path), framework="numpy") as file:
            facts = HeadFacts(**json.loads((file.metadata() or {})[_FACTS]))
            weight, bias = file.get_tensor("weight"), file.get_tensor("bias")
    except FileNotFoundError as error:
        raise ValueError(f"{path}: not found: {advice}") from error
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not a head of the starter ({type(error).__name__}): {advice}") from error
    if weight.shape != (N_INPUTS, N_OUTPUTS) or bias.shape != (N_OUTPUTS,):
        raise ValueError(f"{path}: needed {(N_INPUTS, N_OUTPUTS)}, found {weight.shape}: {advice}")
    if not (_is_finite(facts.strength) and np.isfinite(weight).all() and np.isfinite(bias).all()):
        raise ValueError(f"{path}: holds what is no finite number: {advice}")
    for what, of_head, here in (
        ("YAMNet", facts.ear, ear_fingerprint(pack)),
        ("MiniLM", facts.reader, reader_fingerprint(pack)),
    ):
        if of_head != here:
            raise ValueError(f"{path}: made for another {what} ({of_head}; here is {here}): {advice}")
    return StarterHead(weight, bias, facts)


def _is_finite(number: object) -> bool:
    return isinstance(number, (int, float)) and math.isfinite(number)
