"""A checkpoint is what was written, or refused with the reason; a process killed while it writes leaves the one before."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from mkaudio.models.training import checkpoint
from mkaudio.models.training.checkpoint import (
    PARTS,
    chosen_checkpoint,
    newest_checkpoint,
    read_checkpoint,
    write_checkpoint,
)
from mkaudio.models.training.checkpoint_state import checkpoint_folders
from mkaudio.shards import sealed


def parts_of(step):
    return {part: {"a": torch.full((2, 3), float(step)), "b.c": torch.tensor(step)} for part in PARTS}


def written(run, step=1, keep=9):
    return write_checkpoint(run, step, {"said": [1, "ö"]}, parts_of(step), keep)


def steps_of(run):
    return [int(folder.name) for folder in checkpoint_folders(run)]


def test_what_was_written_is_read(tmp_path):
    found = read_checkpoint(written(tmp_path, 7))
    assert (found.step, found.facts, found.folder.name) == (7, {"said": [1, "ö"]}, "00000007")
    for part in PARTS:
        tensors = found.fit(part, parts_of(0)[part])
        assert (
            tensors.keys() == {"a", "b.c"}
            and torch.equal(tensors["a"], torch.full((2, 3), 7.0))
            and tensors["b.c"] == 7
        )


def test_views_and_shared_tensors_are_written_as_they_look(tmp_path):
    whole = torch.arange(12.0).view(3, 4)
    tied = {"a": whole.T, "b": whole, "c": whole[1:, ::2], "d": torch.zeros(0, 4)}
    found = read_checkpoint(write_checkpoint(tmp_path, 1, {}, dict.fromkeys(PARTS, tied), 1)).tensors("ema")
    assert all(torch.equal(found[name], one) for name, one in tied.items())


def test_the_newest_are_kept_and_one_without_a_run_is_told(tmp_path):
    with pytest.raises(ValueError, match="no training: there is no checkpoint"):
        newest_checkpoint(tmp_path / "none")
    for step in (5, 20, 99_999_999, 100_000_000):
        written(tmp_path, step, keep=2)
    assert steps_of(tmp_path) == [99_999_999, 100_000_000] and newest_checkpoint(tmp_path).step == 100_000_000
    assert not list((tmp_path / ".tmp" / "staging").iterdir())


def resealed(folder, change):
    """A file that agrees with its state again, as one that somebody made would."""
    state = json.loads((folder / "state.json").read_text())
    del state["sha256_of_the_rest"]
    change(state)
    (folder / "state.json").write_bytes(sealed(state))


def other_tensors(folder, change):
    path = folder / "weights.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)

    def agree(state):
        import hashlib

        said = state["files"][path.name]
        said["sha256"], said["size_bytes"] = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size

    resealed(folder, agree)


def truncate(folder):
    os.truncate(folder / "ema.safetensors", (folder / "ema.safetensors").stat().st_size - 5)


def flip(folder, name="optimizer.safetensors"):
    data = bytearray((folder / name).read_bytes())
    data[-1] ^= 1
    (folder / name).write_bytes(data)


@pytest.mark.parametrize(("damage", "said"), [
    (truncate, r"ema.safetensors: damaged: \d+ bytes, state.json states \d+"),
    (flip, "optimizer.safetensors: damaged: its sha256 is not the one"),
    (lambda folder: (folder / "weights.safetensors").unlink(), "weights.safetensors: damaged: the file is missing"),
    (lambda folder: (folder / "state.json").unlink(), "no checkpoint: state.json is missing"),
    (lambda folder: os.truncate(folder / "state.json", 90), "state.json: damaged: not a sealed JSON file"),
    (lambda folder: (folder / "state.json").write_text((folder / "state.json").read_text().replace('"step": 1', '"step": 2')),
     "state.json: damaged: its content does not have the sha256"),
    (lambda folder: other_tensors(folder, lambda tensors: tensors.pop("a")), r"other tensors than state.json states \(a\)"),
    (lambda folder: other_tensors(folder, lambda tensors: tensors.update(d=torch.ones(1))), r"other tensors .* \(d\)"),
    (lambda folder: other_tensors(folder, lambda tensors: tensors.update(a=torch.ones(3, 2))), r"other tensors .* \(a\)"),
    (lambda folder: resealed(folder, lambda state: state.update(format=2)), "format 2; this version of mkaudio reads format 1"),
])  # fmt: skip
def test_damage_is_refused_and_named(tmp_path, damage, said):
    written(tmp_path, 0)
    folder = written(tmp_path)
    damage(folder)
    with pytest.raises(ValueError, match=said) as caught:
        newest_checkpoint(tmp_path)
    assert str(folder) in str(caught.value) and ("remove this folder" in str(caught.value) or "format" in said)


@pytest.mark.parametrize(("wanted", "said"), [
    ({"a": (2, 3)}, r"has too many: 1 tensor\(s\), b.c"),
    ({"a": (2, 3), "b.c": (), "z": ()}, r"lacks 1 tensor\(s\), z"),
    ({"a": (3, 2), "b.c": ()}, r"a has the shape \(2, 3\), the network wants \(3, 2\)"),
])  # fmt: skip
def test_tensors_that_do_not_fit_the_network_are_refused(tmp_path, wanted, said):
    with pytest.raises(ValueError, match=said):
        read_checkpoint(written(tmp_path)).fit("weights", {name: torch.zeros(shape) for name, shape in wanted.items()})


def test_tensors_below_a_name_are_read_by_the_rest_of_it(tmp_path):
    found = read_checkpoint(written(tmp_path))
    (tensor,) = found.fit("ema", {"c": torch.zeros((), dtype=torch.int64)}, "b.").values()
    assert torch.equal(tensor, parts_of(1)["ema"]["b.c"])
    with pytest.raises(ValueError, match=r"lacks 1 tensor\(s\), d"):
        found.fit("ema", {"c": tensor, "d": tensor}, "b.")


def test_a_checkpoint_is_named_by_its_folder_or_is_the_newest_of_a_run_that_may_be_named_by_a_number(tmp_path):
    run = tmp_path / "2024"
    for step in (1, 2):
        written(run, step)
    assert chosen_checkpoint(run).step == 2 and chosen_checkpoint(run / "checkpoints" / "00000001").step == 1


def test_every_byte_is_on_disk_before_the_whole_has_its_name_and_it_gets_it_at_once(tmp_path, monkeypatch):
    written(tmp_path, 1)
    target, said, rename = tmp_path / "checkpoints" / "00000002", [], Path.rename
    monkeypatch.setattr(checkpoint, "sync_file", lambda path: said.append(path.name))
    monkeypatch.setattr(checkpoint, "sync_folder", lambda path: said.append(path.name))

    def renamed(path, to):
        assert (to == target) == (path.name == target.name) and not target.exists()
        said.append(f"-> {to.name}")
        rename(path, to)

    monkeypatch.setattr(Path, "rename", renamed)
    written(tmp_path, 2)
    files = [*(f"{part}.safetensors" for part in PARTS), "state.json"]
    assert sorted(path.name for path in target.iterdir()) == sorted(files)
    assert said == [*files, target.name, f"-> {target.name}", "checkpoints"]


def test_a_write_that_fails_leaves_the_one_before(tmp_path):
    written(tmp_path)
    bad = {**parts_of(2), "optimizer": {"a": torch.empty(2, 2, device="meta")}}
    with pytest.raises(NotImplementedError):
        write_checkpoint(tmp_path, 2, {}, bad, 1)
    assert steps_of(tmp_path) == [1] and not list((tmp_path / ".tmp" / "staging").iterdir())


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import mkaudio.shards.steps as steps
from test_checkpoint import written
run, count = Path(sys.argv[2]), 0
for at in range(20):
    child = os.fork()
    if not child:
        left = at
        def kill(step, name):
            global left
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
        steps.at_step = kill
        written(run / str(at), 2, keep=1)
        os._exit(0)
    print(at, os.waitpid(child, 0)[1], flush=True)
"""


@pytest.mark.slow
def test_a_process_killed_at_any_step_leaves_a_checkpoint_that_is_whole(tmp_path):
    for at in range(20):
        written(tmp_path / str(at), 1)
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[:-1]
    killed = {int(at) for at, code in (line.split() for line in lines) if int(code) == signal.SIGKILL}
    assert killed == set(range(6))  # three files, synced, renamed, named
    for at in range(20):
        found = newest_checkpoint(tmp_path / str(at))
        assert found.step == (1 if at < 4 else 2)
        assert all(torch.equal(found.tensors(part)["a"], parts_of(found.step)[part]["a"]) for part in PARTS)
        written(tmp_path / str(at), 3, keep=1)
        assert steps_of(tmp_path / str(at)) == [3]
