"""Names of a checkpoint against the real networks': whole is whole, and each tensor too few or too many is found."""

from dataclasses import replace

import pytest
from safetensors import safe_open
from tiny_models import KINDS

from mkaudio.models.conditioning.architectures import CLIP_PICTURES, CLIP_PROJECTED, TEXT_ARCHITECTURES
from mkaudio.models.conditioning.check import stated_of
from mkaudio.models.conditioning.model_files import find_model
from mkaudio.models.conditioning.skeleton import Skeleton
from mkaudio.models.conditioning.tensor_names import is_constant, name_in_network, shapes_in

SLOW = [
    kind if kind == "bert" else pytest.param(kind, marks=pytest.mark.slow) for kind in (*KINDS, "projected", "pictures")
]
NONE = {"missing": [], "left over": [], "of another shape": []}
THREE = Skeleton("layer.", "a", ("table", "end"), "table", in_first=frozenset({"once"}))


@pytest.fixture
def real(kind, tiny_model):
    """Skeleton, shapes and what is stated of a real network."""
    of_space = {"projected": CLIP_PROJECTED, "pictures": CLIP_PICTURES}
    files = find_model(str(tiny_model("clip" if kind in of_space else kind)), TEXT_ARCHITECTURES)
    skeleton = of_space.get(kind) or TEXT_ARCHITECTURES[kind].skeleton
    stated = stated_of(files.config, "vision" if kind == "pictures" else "text")
    return skeleton, shapes_in(files.weights[0]), stated


@pytest.mark.parametrize("kind", SLOW)
def test_a_whole_model_has_no_fault_and_each_tensor_of_its_own_is_missed(real):
    skeleton, shapes, stated = real
    assert skeleton.faults(shapes, stated) == NONE
    used = 0
    for gone in shapes:
        name = name_in_network(gone, skeleton.below)
        others = {one: shape for one, shape in shapes.items() if one != gone}
        needed = not (name.startswith(skeleton.other_parts) or is_constant(name))
        assert skeleton.faults(others, stated) == (NONE | {"missing": [name]} if needed else NONE)
        used += needed
    assert used > 15


@pytest.mark.parametrize("kind", SLOW)
def test_what_config_says_of_depth_and_size_is_compared(real):
    skeleton, shapes, stated = real
    depth = stated[skeleton.depth]
    shallower = skeleton.faults(shapes, {**stated, skeleton.depth: depth - 1})
    assert shallower["left over"] and not shallower["missing"]
    deeper = skeleton.faults(shapes, {**stated, skeleton.depth: depth + 1})
    assert len(deeper["missing"]) == len(shallower["left over"]) and not deeper["left over"]
    if skeleton.table:
        wider = skeleton.faults(shapes, {**stated, skeleton.width: 64})
        assert wider == NONE | {"of another shape": [skeleton.table]}
    assert skeleton.faults(shapes, {}) == NONE, "what is not stated is not compared"
    assert len(skeleton.faults(shapes, {skeleton.depth: 10**12})["missing"]) < 100


def three(**changed):
    names = ["table", "end", "layer.0.once", *(f"layer.{n}.{inner}" for n in range(3) for inner in "abc")]
    shapes = dict.fromkeys(names, (1,)) | {"table": (5, 2)}
    return {name: shape for name, shape in (shapes | changed).items() if shape}


@pytest.mark.parametrize(
    ("changed", "fault", "name"),
    [
        ({"layer.1.b": None}, "missing", "layer.1.b"),
        ({"layer.0.b": None}, "missing", "layer.0.b"),
        ({"layer.0.once": None}, "missing", "layer.0.once"),
        ({"layer.1.once": (1,)}, "left over", "layer.1.once"),
        ({"layer.2.adapter": (1,)}, "left over", "layer.2.adapter"),
        ({"layer.x.a": (1,)}, "left over", "layer.x.a"),
        ({"adapter": (1,)}, "left over", "adapter"),
        ({"end": None}, "missing", "end"),
        ({"table": (5, 3)}, "of another shape", "table"),
    ],
)
def test_one_fault_is_named_alone(changed, fault, name):
    stated = {"num_hidden_layers": 3, "vocab_size": 5, "hidden_size": 2}
    assert THREE.faults(three(), stated) == NONE
    assert THREE.faults(three(**changed), stated) == NONE | {fault: [name]}


def test_a_tensor_of_two_names_may_have_either_or_both():
    tied = replace(THREE, same={"other_table": "table"})
    stated = {"vocab_size": 5, "hidden_size": 2}
    assert tied.faults(three(table=None, other_table=(5, 2)), stated) == NONE
    assert tied.faults(three(other_table=(5, 2)), stated) == NONE
    assert tied.faults(three(table=None), stated) == NONE | {"missing": ["table"]}
    assert tied.faults(three(table=None, other_table=(5, 3)), stated) == NONE | {"of another shape": ["table"]}


def test_a_layer_between_that_is_missing_is_named_whole():
    gone = dict.fromkeys(("layer.1.a", "layer.1.b", "layer.1.c"))
    assert sorted(THREE.faults(three(**gone), {})["missing"]) == sorted(gone)


def test_of_nothing_the_first_layer_is_missed():
    assert THREE.faults({}, {"num_hidden_layers": 3})["missing"] == ["table", "end", "layer.0.a", "layer.0.once"]


def test_a_header_is_read_whatever_the_numbers_are(tmp_path):
    import torch
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(2, 3, dtype=torch.bfloat16), "b": torch.zeros(())}, tmp_path / "x.safetensors")
    assert shapes_in(tmp_path / "x.safetensors") == {"a": (2, 3), "b": ()}
    with safe_open(tmp_path / "x.safetensors", "pt") as handle:
        assert set(handle.keys()) == {"a", "b"}
