"""Every tensor of network and checkpoint is accounted for."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mkaudio.models.conditioning.model_files import ModelFiles
from mkaudio.models.conditioning.weights import fill
from mkaudio.models.conditioning.weights import without_values as without_values_of


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(2, 3)
        self.LayerNorm = torch.nn.LayerNorm(3)
        self.register_buffer("position_ids", torch.arange(4))

    def forward(self, x):
        return self.LayerNorm(self.first(x))


class Tied(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.shared, self.own = torch.nn.Embedding(5, 2), torch.nn.Embedding(5, 2)


def without_values(build):
    return without_values_of(ModelFiles("tiny", Path("tiny"), {"model_type": "bert"}, ()), build)


@pytest.fixture
def trained():
    torch.manual_seed(0)
    return {name: torch.randn_like(value.float()) for name, value in Network().state_dict().items()}


def stored(tensors, folder, below="", name="model.safetensors"):
    path = folder / name
    tensors = {below + own: tensor for own, tensor in tensors.items()}
    torch.save(tensors, path) if path.suffix == ".bin" else save_file(tensors, path)
    return path


def parts_of(trained):
    return {name: value for name, value in trained.items() if name != "position_ids"}


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
@pytest.mark.parametrize("below", ["", "text_model."])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_values_are_the_checkpoints(name, below, dtype, trained, tmp_path):
    values = {own: value.to(dtype) for own, value in parts_of(trained).items()}
    path = stored(values, tmp_path, below, name)
    network = without_values(Network)
    assert network.first.weight.is_meta
    fill(network, [path], "text_model.")
    path.write_bytes(b"\0" * path.stat().st_size)
    for own, value in values.items():
        found = network.state_dict()[own]
        assert found.dtype == torch.float32 and torch.equal(found, value.float())
    assert torch.equal(network.position_ids, torch.arange(4)), "a table of the network's own is not the checkpoint's"
    assert not network.training and not any(one.requires_grad for one in network.parameters())


def test_values_may_lie_in_several_files(trained, tmp_path):
    first = {name: value for name, value in trained.items() if name.startswith("first")}
    rest = {name: value for name, value in trained.items() if name not in first}
    network = without_values(Network)
    fill(network, [stored(first, tmp_path, name="a.safetensors"), stored(rest, tmp_path, name="b.safetensors")])
    assert torch.equal(network.LayerNorm.weight, trained["LayerNorm.weight"])


def test_names_of_the_first_bert_are_known(trained, tmp_path):
    trained["LayerNorm.gamma"], trained["LayerNorm.beta"] = (
        trained.pop("LayerNorm.weight"),
        trained.pop("LayerNorm.bias"),
    )
    network = without_values(Network)
    fill(network, [stored(trained, tmp_path, "bert.")], "bert.")
    assert torch.equal(network.LayerNorm.weight, trained["LayerNorm.gamma"])


@pytest.mark.parametrize("name", ["shared.weight", "own.weight"])
def test_of_two_names_of_one_tensor_either_will_do(name, tmp_path):
    value, network = torch.randn(5, 2), without_values(Tied)
    fill(network, [stored({name: value}, tmp_path)], same={"own.weight": "shared.weight"})
    assert torch.equal(network.own.weight, value) and torch.equal(network.shared.weight, value)


def test_of_both_names_the_first_meant_counts(tmp_path):
    shared, network = torch.randn(5, 2), without_values(Tied)
    path = stored({"shared.weight": shared, "own.weight": shared.clone()}, tmp_path)
    fill(network, [path], same={"own.weight": "shared.weight"})
    assert torch.equal(network.own.weight, shared)


def test_a_tensor_too_few_or_too_many_or_of_another_shape_is_refused(trained, tmp_path):
    parts = parts_of(trained)
    cases = {
        r"missing 1 \(first.bias\)": {name: value for name, value in parts.items() if name != "first.bias"},
        r"left over 1 \(second.bias\)": parts | {"second.bias": torch.zeros(2)},
        r"of another shape 1 \(first.bias\)": parts | {"first.bias": torch.zeros(2)},
        r"missing 4 .*; left over 4 .*, …": {f"model.{name}": value for name, value in parts.items()},
    }
    for said, tensors in cases.items():
        with pytest.raises(ValueError, match=f"not the weights that its config.json describes: {said}"):
            fill(without_values(Network), [stored(tensors, tmp_path)], "text_model.", ("audio_model.",))


def test_other_parts_of_the_whole_model_are_left(trained, tmp_path):
    tensors = {f"text_model.{name}": value for name, value in trained.items()}
    tensors |= {"audio_model.bias": torch.zeros(1), "text_model.pooler.bias": torch.zeros(1)}
    network = without_values(Network)
    fill(network, [stored(tensors, tmp_path)], "text_model.", ("audio_model.", "pooler."))
    assert torch.equal(network.first.bias, trained["first.bias"])


def test_a_torch_file_is_read_as_data_only(tmp_path):
    torch.save({"first.weight": torch.zeros(2), "code": Network()}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ValueError, match="cannot be read as data only"):
        fill(without_values(Network), [tmp_path / "pytorch_model.bin"])


def test_a_config_that_describes_no_network_is_the_users_mistake():
    with pytest.raises(ValueError, match=r"tiny/config.json: no bert can be built from it: .*negative dimension"):
        without_values(lambda: torch.nn.Linear(-1, 2))
