"""Models that are wrong fail with one line, soon, and no hub is asked; the ways of being wrong, on every architecture."""

import json
import shutil
import subprocess
import sys
import time

import pytest
from safetensors.torch import load_file, save_file
from tiny_models import KINDS, changed

from mkaudio.models.conditioning.load import load_conditioner

SLOW = [kind if kind == "bert" else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]


def refusal(folder, **settings):
    began_s = time.perf_counter()
    with pytest.raises(ValueError) as caught:
        load_conditioner(str(folder), **settings)
    assert time.perf_counter() - began_s < 2 and "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def copy(kind, tiny_model, tmp_path):
    load_conditioner(str(tiny_model(kind)))  # imports are not timed
    return shutil.copytree(tiny_model(kind), tmp_path / "copy")


@pytest.mark.parametrize("kind", SLOW)
def test_no_tokenizer(kind, copy):
    (copy / "tokenizer.json").unlink()
    assert "tokenizer.json: no tokenizer here" in refusal(copy)


@pytest.mark.parametrize("kind", SLOW)
def test_a_tokenizer_that_transformers_makes_up(kind, copy):
    """What AutoTokenizer gives where the vocabulary is missing: it saves as a whole tokenizer of a handful of tokens."""
    from transformers import AutoTokenizer

    for name in ("tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "spiece.model"):
        (copy / name).unlink(missing_ok=True)
    AutoTokenizer.from_pretrained(copy).save_pretrained(copy)
    assert "tokens" in refusal(copy)


@pytest.mark.parametrize("kind", SLOW)
def test_the_tokenizer_of_another_model(kind, copy):
    path = copy / "config.json"
    config = json.loads(path.read_text())
    (config["text_config"] if kind in ("clap", "clip") else config)["vocab_size"] = 32_128
    path.write_text(json.dumps(config))
    assert "has 330 tokens, config.json says 32128" in refusal(copy)


@pytest.mark.parametrize("kind", SLOW)
def test_weights_too_few_or_too_many(kind, copy):
    path = copy / "model.safetensors"
    tensors = load_file(path)
    gone = next(name for name in sorted(tensors) if name.endswith(".weight") and "1" in name and "audio" not in name)
    if kind == "t5":
        gone = "encoder.block.1.layer.0.SelfAttention.k.weight"
    if kind == "clip":
        gone = "text_model.encoder.layers.1.mlp.fc1.weight"
    save_file({name: value for name, value in tensors.items() if name != gone}, path)
    assert "missing 1 (" in refusal(copy)
    save_file(tensors | {"adapter.weight": tensors[gone].clone()}, path)
    assert "left over 1 (adapter.weight)" in refusal(copy)
    save_file({f"model.{name}": value for name, value in tensors.items()}, path)
    assert "missing " in (said := refusal(copy)) and "left over " in said


@pytest.mark.parametrize("kind", SLOW)
def test_weights_of_a_deeper_network(kind, tiny_model, tmp_path):
    depth = {"t5": "num_layers"}.get(kind, "num_hidden_layers")
    folder, path = tiny_model(kind), tmp_path / "copy" / "config.json"
    config = json.loads((folder / "config.json").read_text())
    parts = {"text_config": config["text_config"] | {depth: 1}} if kind in ("clap", "clip") else {depth: 1}
    assert "left over" in refusal(changed(folder, path.parent, **parts))


@pytest.mark.parametrize("kind", SLOW)
def test_weights_that_were_not_fetched_to_the_end(kind, copy):
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    assert "model.safetensors: not whole" in refusal(copy)


@pytest.mark.parametrize("kind", SLOW)
def test_another_architecture(kind, copy):
    path = copy / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"model_type": "gpt2"}))
    assert "the model_type is 'gpt2'; can be read: bert, clap, clap_text_model, clip, clip_text_model, t5" in refusal(
        copy
    )


@pytest.mark.slow
def test_a_config_of_one_architecture_over_the_weights_of_another(tiny_model, tmp_path):
    for number, (config, weights) in enumerate([
        ("bert", "clap_text_model"),
        ("clap_text_model", "bert"),
        ("bert", "clip"),
    ]):
        folder = shutil.copytree(tiny_model(config), tmp_path / str(number))
        shutil.copy(tiny_model(weights) / "model.safetensors", folder)
        assert "not the weights that its config.json describes" in refusal(folder)


ASKED = """
import socket, sys, time

class Asked(BaseException):
    pass

def ask(*arguments, **settings):
    raise Asked

socket.socket.connect = socket.getaddrinfo = ask
from mkaudio.models.conditioning.load import load_conditioner
for name in sys.argv[1:]:
    began = time.perf_counter()
    try:
        found = load_conditioner(name)(["a dog barks"]).context.shape
    except ValueError as error:
        found = error
    print(found if time.perf_counter() - began < 2 or not isinstance(found, ValueError) else "late", flush=True)
"""


@pytest.mark.slow
def test_no_hub_is_asked_also_where_it_may_be(tiny_model, tmp_path):
    import os

    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    environment["HF_HUB_CACHE"] = str(tmp_path)
    names = ["laion/clap-htsat-unfused", str(tiny_model("clap")), f"clip-space:{tiny_model('clip')}"]
    run = subprocess.run(
        [sys.executable, "-c", ASKED, *names], capture_output=True, text=True, env=environment, check=False
    )
    missing, clap, clip = run.stdout.splitlines()
    assert "run `hf download laion/clap-htsat-unfused`" in missing and run.returncode == 0
    assert (clap, clip) == ("torch.Size([1, 77, 32])", "torch.Size([1, 1, 16])")
    assert "Warning" not in run.stderr and "weights" not in run.stderr.lower()
