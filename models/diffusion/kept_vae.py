"""A diffusion's run carries its autoencoder, RUN/vae: a run of its own, with one checkpoint and only what is used of it."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from mkaudio.models.training.checkpoint_state import FOLDER, STATE, checkpoint_folders
from mkaudio.models.vae.saved import load_vae
from mkaudio.shards import LocalStorage, read_sealed, sealed
from mkaudio.shards.local_storage import sync_file, sync_folder

if TYPE_CHECKING:
    from mkaudio.models.vae.saved import Vae

KEPT = "vae"
_AVERAGES = "ema.safetensors"


def keep_vae(vae: "Vae", run: Path) -> Path:
    """Copy an autoencoder into a run, as a whole or not at all. One process calls it, before the training.

    Args:
        vae: as `load_vae` returned it.
        run: folder of the diffusion's run.

    Returns:
        RUN/vae, which `load_vae` reads.

    Raises:
        ValueError: another one is there.
    """
    target = run / KEPT
    if target.exists():
        found = load_vae(target).fingerprint
        if found != vae.fingerprint and not checkpoint_folders(run):
            raise ValueError(  # a person's own, or of a training that ended before its first checkpoint
                f"{target}: holds the autoencoder {found}, not {vae.fingerprint} as {vae.folder}, and no diffusion was trained "
                "on it here: take another --output, or remove it"
            )
        check_vae(vae, found, str(run))
        return target
    storage = LocalStorage(run)
    with storage.staging("kept-vae") as staging:
        folder = staging / KEPT / FOLDER / vae.folder.name
        folder.mkdir(parents=True)
        shutil.copyfile(vae.folder / _AVERAGES, folder / _AVERAGES)
        state = read_sealed(LocalStorage(vae.folder), STATE)
        said = {"format", "step", "facts"}
        kept = {name: one for name, one in state.items() if name in said}
        (folder / STATE).write_bytes(sealed({**kept, "files": {_AVERAGES: state["files"][_AVERAGES]}}))
        for name in (_AVERAGES, STATE):
            sync_file(folder / name)
        sync_folder(folder)
        (staging / KEPT).rename(target)
        sync_folder(run)
    return target


def check_vae(vae: "Vae", fingerprint: str, where: str) -> None:
    """See that an autoencoder is the one of a diffusion.

    Args:
        vae: what is given.
        fingerprint: of the one that the diffusion was trained with.
        where: what wants it, for the error.

    Raises:
        ValueError: it is another.
    """
    if vae.fingerprint != fingerprint:
        raise ValueError(
            f"{vae.folder}: the autoencoder {vae.fingerprint}, {where} needs {fingerprint}: its latents mean something "
            "else; leave --vae away to take the run's own, or train a diffusion on this one"
        )
