"""Where a model of Hugging Face lies on this machine, and whether it is whole. Loads no torch and asks no hub."""

import hashlib
import json
import re
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

CONFIG = "config.json"
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
"""In this order: the first that is there is read."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on disk.

    Args:
        name: what was asked for.
        folder: where it lies.
        config: what `config.json` says.
        weights: the files of its tensors.
    """

    name: str
    folder: Path
    config: dict[str, Any]
    weights: tuple[Path, ...]

    @property
    def model_type(self) -> str:
        """The architecture, as the config names it."""
        return str(self.config.get("model_type"))


def find_model(name: str, architectures: Collection[str]) -> ModelFiles:
    """Find a model and look at its files, within a fraction of a second.

    Args:
        name: a folder as `save_pretrained` writes it, or the id of a model that Hugging Face's cache holds.
        architectures: what is wanted, by the config's `model_type`.

    Returns:
        The model's files.

    Raises:
        ValueError: it is not here, not whole, or of another architecture.
    """
    folder = _folder_of(name)
    path = folder / CONFIG
    if not path.is_file():
        raise ValueError(f"{folder}: no {CONFIG} here: needed is a folder as save_pretrained() writes it")
    config = json_object(path)
    found = config.get("model_type")
    if not isinstance(found, str) or found not in architectures:
        raise ValueError(f"{path}: the model_type is {found!r}; can be read: {', '.join(sorted(architectures))}")
    return ModelFiles(name, folder, config, _weights_in(folder))


def json_object(path: Path) -> dict[str, Any]:
    """Read what a file of a model says.

    Args:
        path: of the file, which is there.

    Returns:
        Its content.

    Raises:
        ValueError: it is no JSON object.
    """
    try:
        content = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: cannot be read as JSON ({error}): fetch the file again") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: {type(content).__name__}, needed is a JSON object: fetch the file again")
    return content


def fingerprint_of(files: ModelFiles, *others: str) -> str:
    """Name a model by its content: reads all its weights, but for those whose sha256 Hugging Face's cache has as a name.

    Args:
        files: of the model.
        others: what else decides the answers: names of files in the folder, or plain words.

    Returns:
        12 hexadecimal digits.
    """
    paths = [files.folder / CONFIG, *files.weights]
    parts = [other if not (files.folder / other).is_file() else _sha256(files.folder / other) for other in others]
    return hashlib.sha256(" ".join([*map(_sha256, paths), *parts]).encode()).hexdigest()[:12]


def _folder_of(name: str) -> Path:
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.exists():
        raise ValueError(f"{name}: is a file; needed is a folder as save_pretrained() writes it")
    from huggingface_hub import constants, try_to_load_from_cache  # a third of a second, which a folder need not wait
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(name, CONFIG, cache_dir=constants.HF_HUB_CACHE)
    except HFValidationError:
        raise ValueError(f"{name}: no such folder, and no id of a model either") from None
    if not isinstance(cached, str):
        raise ValueError(
            f"{name}: no such folder, and no such model in {constants.HF_HUB_CACHE}: where there is a network, run "
            f"`hf download {name}`; else copy the model's folder here and name that"
        )
    return Path(cached).parent


def _weights_in(folder: Path) -> tuple[Path, ...]:
    first = next((folder / name for name in _WEIGHTS if (folder / name).is_file()), None)
    if first is None:
        raise ValueError(f"{folder}: no weights here (model.safetensors): a fetch that was broken off? Fetch it again")
    paths = [first]
    if first.suffix == ".json":
        try:
            paths = [folder / name for name in sorted(set(json.loads(first.read_bytes())["weight_map"].values()))]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{first}: cannot be read as a list of weights: fetch the file again") from error
    for path in paths:
        _must_be_whole(path)
    return tuple(paths)


def _must_be_whole(path: Path) -> None:
    if not path.is_file():
        raise ValueError(f"{path}: is missing: a fetch that was broken off? Fetch it again")
    if path.suffix == ".bin":
        if not zipfile.is_zipfile(path):
            raise ValueError(f"{path}: not whole, or of torch's form before 1.6: fetch it again, best as safetensors")
        return
    try:
        with safe_open(path, "np"):
            pass
    except (SafetensorError, OSError) as error:
        found = path.stat().st_size
        raise ValueError(f"{path}: not whole: {found} bytes, and {error}: fetch the file again") from error


def _sha256(path: Path) -> str:
    """Hash a file; large files of Hugging Face's cache are links to one whose name is its sha256."""
    if re.fullmatch(r"[0-9a-f]{64}", path.resolve().name):
        return path.resolve().name
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
