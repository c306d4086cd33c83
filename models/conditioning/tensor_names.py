"""What the tensors of a checkpoint are called, how large they are, and what is said where that does not fit. Loads no torch."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from safetensors import safe_open

_CONSTANTS = ("position_ids", "token_type_ids")
"""Tables that a network makes itself; checkpoints of some versions have them too."""
_OLD_NAMES = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}
"""As the first BERT was written."""
_SHOWN = 3


def shapes_in(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor of a safetensors file, by its header alone.

    Args:
        path: of the file, which is whole.
    """
    with safe_open(path, "np") as handle:
        return {name: tuple(handle.get_slice(name).get_shape()) for name in handle.keys()}  # noqa: SIM118 - no dict


def is_constant(name: str) -> bool:
    """Say whether a tensor is a table that the network makes itself.

    Args:
        name: of the tensor.
    """
    return name.rpartition(".")[2] in _CONSTANTS


def name_in_network(name: str, below: str) -> str:
    """Return what a tensor of a checkpoint is called in the network.

    Args:
        name: in the checkpoint.
        below: taken off its beginning.

    >>> name_in_network("bert.embeddings.LayerNorm.gamma", "bert.")
    'embeddings.LayerNorm.weight'
    """
    for old, new in _OLD_NAMES.items():
        if name.endswith(old):
            name = name.removesuffix(old) + new
    return name.removeprefix(below)


def must_fit(path: Path, faults: Mapping[str, Iterable[str]]) -> None:
    """See that nothing was found wrong with the tensors of a checkpoint.

    Args:
        path: its first file, for the error.
        faults: what is wrong → names of the tensors.

    Raises:
        ValueError: something is wrong.
    """
    found = {fault: sorted(names) for fault, names in faults.items()}
    if any(found.values()):
        told = "; ".join(f"{fault} {_some(names)}" for fault, names in found.items() if names)
        raise ValueError(f"{path}: not the weights that its config.json describes: {told}: fetch the folder again")


def _some(names: list[str]) -> str:
    return f"{len(names)} ({', '.join(names[:_SHOWN])}{', …' if len(names) > _SHOWN else ''})"
