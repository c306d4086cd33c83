"""Which type a forward computes in: as named, or what the device itself can."""

import pytest
import torch

from mkaudio.models.precision import precision, resolved

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "found, chosen",
    [
        ({"avx512_bf16": True}, "bfloat16"),
        ({"bf16": True}, "bfloat16"),
        ({"avx512_f": True, "avx512_bf16": False}, "float32"),
    ],
)
def test_auto_is_what_the_processor_computes_in(monkeypatch, found, chosen):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found)
    assert resolved(CPU, "auto") == chosen
    with precision(CPU, "auto"):
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype == getattr(torch, chosen)


def test_a_torch_that_cannot_tell_computes_in_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert resolved(CPU, "auto") == "float32"


@pytest.mark.parametrize("name", ["float32", "bfloat16"])
def test_a_named_type_is_that_type_whatever_the_device(monkeypatch, name):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": name == "float32"})
    assert resolved(CPU, name) == name
    with precision(CPU, name):
        assert torch.nn.Linear(2, 2)(torch.ones(1, 2)).dtype == getattr(torch, name)
