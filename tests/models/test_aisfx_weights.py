"""The checkpoint is read as data, and folding its norms changes nothing that the network hears."""

import io
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from mkaudio.models.starter import aisfx, aisfx_weights, fetch, wheels


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    wheel = wheels.download([fetch.AISFX], tmp_path_factory.mktemp("aisfx"))[0]
    return aisfx_weights.read_checkpoint(wheel)


def unfolded(state):
    """The network as trained: convolution, norm, ReLU; pooled after each of the first three blocks."""
    layers, channels = [], 1
    for block, wider in enumerate((64, 128, 256, 512), start=1):
        for half in (1, 2):
            convolution, norm = nn.Conv2d(channels, wider, 3, padding=1, bias=False), nn.BatchNorm2d(wider)
            name = f"embedding_net.conv_block{block}."
            convolution.load_state_dict({"weight": state[f"{name}conv{half}.weight"]})
            norm.load_state_dict({
                key: state[f"{name}bn{half}.{key}"]
                for key in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
            })
            layers += [convolution, norm, nn.ReLU()]
            channels = wider
        layers += [nn.MaxPool2d(2)] if block < 4 else []
    return nn.Sequential(*layers).eval().double()


@pytest.mark.slow
def test_folding_changes_nothing(state, second_ear):
    network, weights = aisfx.Aisfx().eval(), aisfx_weights.folded(state)
    kept = load_file(second_ear / "aisfx.safetensors")
    assert kept.keys() == weights.keys() and all(torch.equal(kept[name], weights[name]) for name in weights)
    network.load_state_dict(weights)
    spectrogram = torch.rand(1, 100, 96, generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        wanted = unfolded(state)(spectrogram[:, None].double()).mean(3).amax(2)
        assert wanted.std() > 0.01
        assert (network(spectrogram) - wanted).abs().max() < 1e-4


def wheel_of(tmp_path, payload):
    with zipfile.ZipFile(tmp_path / "aisfx.whl", "w") as archive:
        archive.writestr(aisfx_weights.CHECKPOINT, payload)
    return tmp_path / "aisfx.whl"


class Evil:
    def __reduce__(self):
        return (eval, ("open('/dev/null')",))


def saved(what):
    buffer = io.BytesIO()
    torch.save(what, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("payload", [saved([Evil()]), pickle.dumps([{}]), b"", b"no checkpoint", saved([])])
def test_what_is_no_data_is_refused(tmp_path, payload):
    with pytest.raises(wheels.FetchError, match="cannot be read as data"):
        aisfx_weights.read_checkpoint(wheel_of(tmp_path, payload))
