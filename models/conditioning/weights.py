"""A checkpoint's tensors into a network, every one of them accounted for before any is read.

transformers fills what it finds, makes up the rest and says so in a log: a CLAP text tower that it loads from a whole
CLAP's folder keeps none of its weights. Here what is missing, left over or of another shape is an error.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from accelerate import init_empty_weights
from safetensors import safe_open
from torch import Tensor

from mkaudio.models.conditioning.model_files import CONFIG, ModelFiles
from mkaudio.models.conditioning.tensor_names import is_constant, must_fit, name_in_network, shapes_in


def without_values(files: ModelFiles, build: Callable[[], Any]) -> Any:
    """Build a network whose parameters have a shape and no memory: 0.1 s for BERT instead of 1.8.

    Args:
        files: of the model, for what is said where that fails.
        build: builds it out of their config.

    Returns:
        The network, to be given to `fill`.

    Raises:
        ValueError: the config describes no network.
    """
    try:
        with init_empty_weights(include_buffers=False):
            return build()
    except Exception as error:  # what a config can have wrong is as much as transformers raises for it
        said = " ".join(str(error).split())[:200]
        raise ValueError(f"{files.folder / CONFIG}: no {files.model_type} can be built from it: {said}") from error


def fill(
    network: Any,
    weights: Sequence[Path],
    below: str = "",
    other_parts: tuple[str, ...] = (),
    same: Mapping[str, str] | None = None,
) -> None:
    """Give a network the values of a checkpoint, in float32, and freeze it. What does not fit is a `ValueError`.

    Args:
        network: of `without_values`.
        weights: safetensors, or torch's files, which are read as data only.
        below: taken off the beginning of the checkpoint's names.
        other_parts: beginnings of the names that the network has no use for.
        same: tensor of the network -> the one that it is another name of.
    """
    shapes = {path: _shapes(path) for path in weights}
    places = {name_in_network(name, below): (path, name) for path in weights for name in shapes[path]}
    expected = {name: value for name, value in network.state_dict().items() if not is_constant(name)}
    source_of = {name: name for name in expected}
    for name, source in (same or {}).items():
        source_of[name] = source_of[source] = source if source in places else name
    missing = [name for name, source in source_of.items() if source not in places]
    left = [name for name in places if not (name in expected or name.startswith(other_parts) or is_constant(name))]
    found = {name: places[source] for name, source in source_of.items() if source in places}
    wrong = [name for name, (path, own) in found.items() if shapes[path][own] != tuple(expected[name].shape)]
    must_fit(weights[0], {"missing": missing, "left over": left, "of another shape": wrong})
    tensors = _read({places[source] for source in source_of.values()})
    values = {name: tensors[places[source]] for name, source in source_of.items()}
    network.load_state_dict(values, strict=False, assign=True)
    network.requires_grad_(False).eval()


def _shapes(path: Path) -> dict[str, tuple[int, ...]]:
    if path.suffix == ".bin":
        return {name: tuple(tensor.shape) for name, tensor in _torch_file(path).items()}
    return shapes_in(path)


def _read(places: set[tuple[Path, str]]) -> dict[tuple[Path, str], Tensor]:
    """Read tensors into memory of their own: a file that is changed later changes nothing."""
    tensors: dict[tuple[Path, str], Tensor] = {}
    for path in {path for path, _ in places}:
        names = [name for its_path, name in places if its_path == path]
        if path.suffix == ".bin":
            stored = _torch_file(path)
            tensors |= {(path, name): stored[name].to(torch.float32, copy=True) for name in names}
            continue
        with safe_open(path, "pt") as handle:
            tensors |= {(path, name): handle.get_tensor(name).to(torch.float32, copy=True) for name in names}
    return tensors


def _torch_file(path: Path) -> dict[str, Tensor]:
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        said = " ".join(str(error).split())[:200]
        raise ValueError(f"{path}: cannot be read as data only ({said}): fetch the file again") from error
    return {name: tensor for name, tensor in stored.items() if isinstance(tensor, Tensor)}
