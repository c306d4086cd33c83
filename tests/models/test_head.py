"""A head's file says what it belongs to, and nothing else is taken for one."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from mkaudio.models.starter.fingerprints import ear_fingerprint, reader_fingerprint
from mkaudio.models.starter.head import HeadFacts, StarterHead, load_head


@pytest.fixture
def head(starter):
    rng = np.random.default_rng(2)
    facts = HeadFacts(ear_fingerprint(starter), reader_fingerprint(starter), 1.5, 2.0, 0.6, {"a": 3, "b": 4})
    weight = (rng.standard_normal((1024, 384)) / 100).astype(np.float32)
    return StarterHead(weight, rng.standard_normal(384).astype(np.float32), facts)


def test_it_comes_back_as_it_went(head, starter, tmp_path):
    head.save(tmp_path / "deep" / "head.safetensors")
    head.save(tmp_path / "again.safetensors")
    begun = time.process_time()
    found = load_head(tmp_path / "deep" / "head.safetensors", starter)
    assert time.process_time() - begun < 1
    assert found.facts == head.facts
    assert np.array_equal(found.weight, head.weight) and np.array_equal(found.bias, head.bias)
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "deep" / "head.safetensors").read_bytes()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["head.safetensors"]


def test_the_residual_is_the_affine_map_and_a_row_stands_alone(head):
    rows = np.random.default_rng(3).standard_normal((7, 1024)).astype(np.float32)
    found = head.residual(rows)
    wanted = 1.5 * (rows.astype(np.float64) @ head.weight + head.bias)
    assert np.abs(found - wanted).max() < 1e-4
    assert all(np.array_equal(head.residual(rows[i : i + 1])[0], found[i]) for i in range(7))


@pytest.mark.parametrize(("part", "what"), [("ear", "another YAMNet"), ("reader", "another MiniLM")])
def test_a_head_of_other_models_is_refused(head, starter, tmp_path, part, what):
    replace(head, facts=replace(head.facts, **{part: "0" * 16})).save(tmp_path / "head.safetensors")
    with pytest.raises(ValueError, match=what) as error:
        load_head(tmp_path / "head.safetensors", starter)
    assert "make starter-head" in str(error.value) and "\n" not in str(error.value)


def test_what_is_no_head_is_refused(head, starter, tmp_path):
    path = tmp_path / "head.safetensors"
    with pytest.raises(ValueError, match="not found"):
        load_head(path, starter)
    with pytest.raises(ValueError, match="not a head"):
        load_head(tmp_path, starter)
    save_file({"weight": head.weight, "bias": head.bias}, path)  # a safetensors file of somebody else
    with pytest.raises(ValueError, match="not a head"):
        load_head(path, starter)
    save_file({"weight": head.weight}, path, metadata={"mkaudio_starter_head": json.dumps({"colour": "red"})})
    with pytest.raises(ValueError, match="not a head"):
        load_head(path, starter)
    replace(head, weight=head.weight[:512].copy()).save(path)
    with pytest.raises(ValueError, match=r"needed \(1024, 384\), found \(512, 384\)"):
        load_head(path, starter)
    head.save(path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError, match="not a head"):
        load_head(path, starter)


def test_a_head_that_would_give_no_number_is_refused(head, starter, tmp_path):
    path, broken = tmp_path / "head.safetensors", head.weight.copy()
    broken[3, 4] = np.nan
    strange = [replace(head.facts, strength=strength) for strength in (float("inf"), "loud")]
    for one in (replace(head, weight=broken), *(replace(head, facts=facts) for facts in strange)):
        one.save(path)
        with pytest.raises(ValueError, match="no finite number"):
            load_head(path, starter)
