"""A checkpoint: RUN/checkpoints/<step>/ with weights, their averages, the optimizer's state, and state.json that seals all.

It becomes real as a whole: written and synced in RUN/.tmp, then renamed. So a killed run leaves the one before.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from mkaudio.models.training.checkpoint_state import (
    FOLDER,
    FORMAT,
    REMEDY,
    STATE,
    checkpoint_folders,
    chosen_folder,
    newest_folder,
    read_state,
)
from mkaudio.shards import LocalStorage, sealed
from mkaudio.shards.local_storage import sync_file, sync_folder
from mkaudio.shards.staging import remove_folder
from mkaudio.shards.steps import reached

PARTS = ("weights", "ema", "optimizer")
_STEP_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint that is whole: what `state.json` says was read, and agrees with the files.

    Args:
        folder: where it lies.
        step: after which step it was written.
        facts: what was written beside the tensors.
        files: what each file is: sha256, size_bytes, tensors (name → dtype and shape).
    """

    folder: Path
    step: int
    facts: dict[str, Any]
    files: dict[str, Any]

    def tensors(self, part: str) -> dict[str, torch.Tensor]:
        """Read the tensors of a part by name, into the processor's memory.

        Args:
            part: one of `PARTS`.
        """
        return load_file(self.folder / f"{part}.safetensors")

    def fit(self, part: str, wanted: Mapping[str, torch.Tensor], below: str = "") -> dict[str, torch.Tensor]:
        """Read the tensors of a part for a module that has tensors of the same names and shapes.

        Args:
            part: one of `PARTS`.
            wanted: the module's tensors by name.
            below: of the part's tensors only those whose names begin so, by the rest of their names.

        Returns:
            The tensors, in the processor's memory.

        Raises:
            ValueError: a tensor is missing, is one too many, or has another shape.
        """
        where = self.folder / f"{part}.safetensors"
        found = {name.removeprefix(below): one for name, one in self.tensors(part).items() if name.startswith(below)}
        for what, names in (("lacks", wanted.keys() - found.keys()), ("has too many:", found.keys() - wanted.keys())):
            if names:
                raise ValueError(
                    f"{where}: {what} {len(names)} tensor(s), {', '.join(sorted(names)[:3])}: it is of another network; "
                    "take the settings and the version that it was made with"
                )
        for name, tensor in found.items():
            if tensor.shape != wanted[name].shape:
                raise ValueError(
                    f"{where}: {name} has the shape {tuple(tensor.shape)}, the network wants {tuple(wanted[name].shape)}; "
                    "take the settings that it was made with"
                )
        return found


def write_checkpoint(
    run: Path, step: int, facts: Mapping[str, Any], parts: Mapping[str, Mapping[str, torch.Tensor]], keep: int
) -> Path:
    """Write a checkpoint, then remove the oldest.

    Args:
        run: folder of the run.
        step: after which step.
        facts: plain values for state.json.
        parts: tensors of each of `PARTS` by name.
        keep: how many checkpoints to keep.

    Returns:
        Its folder. Where it cannot be written, that is an `OSError`, and the one before is as it was.
    """
    storage, name = LocalStorage(run), f"{step:0{_STEP_DIGITS}d}"
    target = storage.root / FOLDER / name
    with storage.staging(f"checkpoint-{name}") as staging:
        folder, files = staging / name, {}
        folder.mkdir()
        for part in PARTS:
            file = f"{part}.safetensors"
            files[file] = _write_tensors(folder / file, parts[part])
            reached("written", file)
        state = {"format": FORMAT, "step": step, "facts": dict(facts), "files": files}
        (folder / STATE).write_bytes(sealed(state))
        for file in (*files, STATE):
            sync_file(folder / file)
        sync_folder(folder)
        reached("synced", name)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
        reached("renamed", name)
        sync_folder(target.parent)
        reached("named", name)
        for old in checkpoint_folders(storage.root)[:-keep]:
            old.rename(staging / f"old-{old.name}")  # a half removed one would look like a damaged one
            remove_folder(staging / f"old-{old.name}")
    return target


def read_checkpoint(folder: Path) -> Checkpoint:
    """Read a checkpoint and see that it is what was written.

    Args:
        folder: of the checkpoint.

    Returns:
        The checkpoint; its tensors are still to be read.

    Raises:
        ValueError: it is damaged.
    """
    state = read_state(folder)
    for name, said in state["files"].items():
        wrong = _wrong(folder / name, said)
        if wrong:
            raise ValueError(f"{folder / name}: damaged: {wrong}; {REMEDY}")
    return Checkpoint(folder, state["step"], state["facts"], state["files"])


def newest_checkpoint(run: Path) -> Checkpoint:
    """Read the newest checkpoint of a run. A damaged one is not passed over in silence.

    Args:
        run: folder of the run.

    Returns:
        The checkpoint; where there is none, or a damaged one, that is a `ValueError`.
    """
    return read_checkpoint(newest_folder(run))


def chosen_checkpoint(folder: Path) -> Checkpoint:
    """Read the checkpoint that a person names.

    Args:
        folder: of a run, or of one of its checkpoints.

    Returns:
        The checkpoint; where there is none, or a damaged one, that is a `ValueError`.
    """
    return read_checkpoint(chosen_folder(folder))


def _write_tensors(path: Path, tensors: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    own = {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}
    try:
        save_file(own, path)
    except SafetensorError as error:
        raise OSError(f"{path}: cannot be written: {error}") from error
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return {"sha256": digest, "size_bytes": path.stat().st_size, "tensors": _listed(path)}


def _listed(path: Path) -> dict[str, Any]:
    with safe_open(path, "pt") as file:
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - the file is no mapping
        return {name: [one.get_dtype(), *one.get_shape()] for name, one in slices.items()}


def _wrong(path: Path, said: Mapping[str, Any]) -> str:
    """Say what is wrong with a file; nothing where it is as stated."""
    if not path.is_file():
        return "the file is missing"
    size = path.stat().st_size
    if size != said["size_bytes"]:
        return f"{size:,} bytes, {STATE} states {said['size_bytes']:,}"
    with path.open("rb") as handle:
        if hashlib.file_digest(handle, "sha256").hexdigest() != said["sha256"]:
            return f"its sha256 is not the one that {STATE} states"
    found = _listed(path)
    differ = sorted(
        name for name in found.keys() | said["tensors"].keys() if found.get(name) != said["tensors"].get(name)
    )
    return f"other tensors than {STATE} states ({', '.join(differ[:3])})" if differ else ""
