"""Where a model lies and whether it is whole, without torch and without a hub."""

import hashlib
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from huggingface_hub import constants
from safetensors.numpy import save_file

from mkaudio.models.conditioning.model_files import find_model, fingerprint_of


def make(folder, model_type="bert", weights=("model.safetensors",)):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
    for name in weights:
        save_file({name: np.ones((3, 4), np.float32)}, folder / name)
    return folder


def refusal(name, architectures=("bert",)):
    with pytest.raises(ValueError) as caught:
        find_model(str(name), architectures)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_whole_folder_is_found(tmp_path):
    files = find_model(str(make(tmp_path / "model")), ("bert", "t5"))
    assert files.model_type == "bert" and files.weights == (tmp_path / "model" / "model.safetensors",)


def test_weights_may_be_in_several_files(tmp_path):
    names = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
    folder = make(tmp_path, weights=names)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": names[1], "b": names[0]}}))
    assert [path.name for path in find_model(str(folder), ("bert",)).weights] == list(names)
    (folder / names[1]).unlink()
    assert f"{names[1]}: is missing" in refusal(folder)
    (folder / "model.safetensors.index.json").write_text("[]")
    assert "cannot be read as a list of weights" in refusal(folder)


def test_a_model_in_the_cache_is_found_by_its_id(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    store = tmp_path / "models--laion--clap"
    make(store / "snapshots" / "abc")
    (store / "refs").mkdir()
    (store / "refs" / "main").write_text("abc")
    assert find_model("laion/clap", ("bert",)).folder == store / "snapshots" / "abc"
    (store / "snapshots" / "abc" / "model.safetensors").unlink()
    assert "no weights here" in refusal("laion/clap")


@pytest.mark.parametrize("kind", ["gpt2", None, [], {"of": "bert"}, 3])
def test_another_architecture_or_none_is_named(kind, tmp_path):
    make(tmp_path, kind)
    for known in (("bert",), {"bert": 1}):
        assert f"the model_type is {kind!r}; can be read: bert" in refusal(tmp_path, known)


@pytest.mark.parametrize("name", ["laion/no-such-clap", "nosuch", "/no/such/folder", "a b"])
def test_no_such_model_says_how_to_get_it(name, tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    said = refusal(name)
    assert said.startswith(f"{name}: no such folder")
    assert (f"run `hf download {name}`" in said) == (name in {"laion/no-such-clap", "nosuch"})


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "is a file; needed is a folder" in refusal(tmp_path / "file")
    assert "no config.json here" in refusal(tmp_path)
    (tmp_path / "config.json").write_text("{")
    assert "config.json: cannot be read as JSON" in refusal(tmp_path)
    (tmp_path / "config.json").write_text("[]")
    assert "config.json: list, needed is a JSON object" in refusal(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    assert "the model_type is None" in refusal(tmp_path)
    assert "the model_type is 'gpt2'; can be read: bert, t5" in refusal(make(tmp_path, "gpt2"), ("t5", "bert"))


@pytest.mark.parametrize("n_bytes", [0, 4, 20, -1])
def test_weights_cut_off_are_refused(n_bytes, tmp_path):
    path = make(tmp_path) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:n_bytes])
    assert "model.safetensors: not whole: " in refusal(tmp_path)


def test_torch_files_are_looked_at_too(tmp_path):
    make(tmp_path, weights=())
    path = tmp_path / "pytorch_model.bin"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", b"123")
    assert find_model(str(tmp_path), ("bert",)).weights == (path,)
    path.write_bytes(path.read_bytes()[:-1])
    assert "pytorch_model.bin: not whole" in refusal(tmp_path)


def test_the_fingerprint_is_of_content(tmp_path):
    first = find_model(str(make(tmp_path / "one")), ("bert",))
    second = find_model(str(make(tmp_path / "two")), ("bert",))
    assert fingerprint_of(first, "x") == fingerprint_of(second, "x") != fingerprint_of(first, "y")
    (second.folder / "config.json").write_text(json.dumps({"model_type": "bert", "layers": 2}))
    assert fingerprint_of(first) != fingerprint_of(second)


def test_a_name_that_is_a_hash_is_not_read_again(tmp_path):
    plain = find_model(str(make(tmp_path / "one")), ("bert",))
    linked = make(tmp_path / "two", weights=())
    content = (plain.folder / "model.safetensors").read_bytes()
    blob = tmp_path / hashlib.sha256(content).hexdigest()
    blob.write_bytes(content)
    (linked / "model.safetensors").symlink_to(blob)
    assert fingerprint_of(find_model(str(linked), ("bert",))) == fingerprint_of(plain)


def test_neither_this_nor_the_tokenizer_loads_torch():
    names = ", ".join(f"mkaudio.models.conditioning.{name}" for name in ("model_files", "tokenizer", "architectures"))
    code = f"import sys, {names}; print('torch' in sys.modules or 'transformers' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
