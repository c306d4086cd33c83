"""What is wrong with a conditioner is said before torch is loaded, in a fresh process and within two seconds."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from safetensors.torch import load_file, save_file
from tiny_models import changed

CHECKED = """
import sys, time
began = time.perf_counter()
from mkaudio.models.conditioning.check import check_conditioner
for name in sys.argv[1:]:
    try:
        print(check_conditioner(name).files.model_type)
    except ValueError as error:
        print(error if time.perf_counter() - began < 2 else "late")
    began = time.perf_counter()
print([name for name in ("torch", "transformers", "accelerate") if name in sys.modules])
"""


def checked(*names, cache="none"):
    environment = {**os.environ, "HF_HUB_CACHE": str(cache)}
    command = [sys.executable, "-c", CHECKED, *map(str, names)]
    run = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    *said, loaded = run.stdout.splitlines()
    assert loaded == "[]" and len(said) == len(names)
    return said


def test_a_folder_is_named_so_that_any_working_directory_finds_it(tmp_path, monkeypatch):
    from mkaudio.models.conditioning.check import named_anywhere

    monkeypatch.chdir(tmp_path)
    for name in ("clap", "starter"):
        (tmp_path / name).mkdir()
    assert named_anywhere("clap") == str(tmp_path / "clap") == named_anywhere(str(tmp_path / "clap"))
    assert named_anywhere("clip-space:clap") == f"clip-space:{tmp_path / 'clap'}"
    for name in ("starter", "laion/clap-htsat-unfused", "clip-space:openai/clip"):
        assert named_anywhere(name) == name


def with_weights(folder, copy, more):
    shutil.copytree(folder, copy)
    path = copy / "model.safetensors"
    save_file(load_file(path) | more, path)
    return copy


def test_each_failure_loads_no_torch(tiny_model, tmp_path):
    import torch

    bert = tiny_model("bert")
    no_tokenizer = shutil.copytree(bert, tmp_path / "no_tokenizer")
    (no_tokenizer / "tokenizer.json").unlink()
    unused = with_weights(bert, tmp_path / "unused", {"adapter.weight": torch.zeros(2)})
    deeper = changed(bert, tmp_path / "deeper", num_hidden_layers=3)
    other = changed(bert, tmp_path / "other", model_type="gpt2")
    larger = changed(bert, tmp_path / "larger", vocab_size=30_522)
    shorter = changed(bert, tmp_path / "shorter", max_position_embeddings=60)
    said = checked(
        bert, no_tokenizer, unused, deeper, other, larger, shorter, "laion/no-such-clap", "starter:", cache=tmp_path
    )
    for line, wanted in zip(
        said,
        (
            "bert",
            "tokenizer.json: no tokenizer here",
            "left over 1 (adapter.weight)",
            "missing 16 (encoder.layer.2.",
            "the model_type is 'gpt2'",
            "has 330 tokens, config.json says 30522",
            "n_tokens: 77: ",
            "run `hf download laion/no-such-clap`",
            "no id of a model either",
        ),
        strict=True,
    ):
        assert wanted in line


@pytest.mark.slow
def test_so_of_every_architecture(tiny_model, tmp_path):
    import torch

    names = {kind: str(tiny_model(kind)) for kind in ("clap", "clap_text_model", "clip", "clip_text_model", "t5")}
    names["clip-space"] = f"clip-space:{names['clip']}"
    assert checked(*names.values()) == [name if name != "clip-space" else "clip" for name in names]
    broken = []
    for kind, name in names.items():
        before, folder = ("clip-space:" if kind == "clip-space" else ""), name.removeprefix("clip-space:")
        no_tokenizer = shutil.copytree(folder, tmp_path / f"{kind}-no-tokenizer")
        (no_tokenizer / "tokenizer.json").unlink()
        unused = with_weights(folder, tmp_path / f"{kind}-unused", {"adapter.weight": torch.zeros(2)})
        other = changed(folder, tmp_path / f"{kind}-other", model_type="gpt2")
        broken += [f"{before}{one}" for one in (no_tokenizer, unused, other)]
    for place, line in enumerate(checked(*broken)):
        assert ("no tokenizer here", "left over 1 (adapter.weight)", "the model_type is 'gpt2'")[place % 3] in line


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["text_projection.weight", "visual_projection.weight"])
def test_a_clip_space_needs_both_its_towers(gone, tiny_model, tmp_path):
    copy = shutil.copytree(tiny_model("clip"), tmp_path / "copy")
    path = copy / "model.safetensors"
    save_file({name: value for name, value in load_file(path).items() if name != gone}, path)
    assert f"missing 1 ({gone})" in checked(f"clip-space:{copy}")[0]


@pytest.mark.slow
def test_what_cuts_pictures_is_looked_for(tiny_model, tmp_path):
    copy = shutil.copytree(tiny_model("clip"), tmp_path / "copy")
    (copy / "preprocessor_config.json").write_text("[]")
    assert "preprocessor_config.json: list, needed is a JSON object" in checked(f"clip-space:{copy}")[0]


def test_a_starter_pack_that_is_not_whole_is_said(starter, tmp_path, monkeypatch):
    monkeypatch.setenv("MKAUDIO_CACHE", str(tmp_path))
    copy = tmp_path / "starter"
    assert "no whole starter pack here: run `mkaudio fetch starter`" in checked("starter")[0]
    (copy / "minilm").mkdir(parents=True)
    for path in (one for one in starter.rglob("*") if one.is_file()):
        (copy / path.relative_to(starter)).symlink_to(path)
    assert checked("starter") == ["bert"]
    (copy / "minilm" / "tokenizer.json").unlink()
    assert "no whole starter pack here" in checked("starter")[0]
    (copy / "minilm" / "tokenizer.json").write_text(json.dumps({"model": {}}))
    assert "no whole starter pack here" in checked("starter")[0]


def test_weights_in_torchs_own_file_are_left_to_torch(tiny_model, tmp_path):
    import torch

    copy = shutil.copytree(tiny_model("bert"), tmp_path / "copy")
    (copy / "model.safetensors").unlink()
    torch.save({"adapter.weight": torch.zeros(2)}, copy / "pytorch_model.bin")
    assert checked(copy) == ["bert"]
