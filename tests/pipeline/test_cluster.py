"""Where workers go, what each may hold, and what is said where nobody answers."""

import pytest
import ray

from mkaudio.pipeline import Limits, Workers
from mkaudio.pipeline.cluster import connected, slots_of

GB = 1e9


def machine(name, cpus, gpus=0, alive=True):
    resources = {"CPU": cpus, "GPU": gpus, "memory": 16 * GB}
    return {"NodeID": name, "NodeManagerHostname": f"host-{name}", "Alive": alive, "Resources": resources}


@pytest.fixture
def machines(monkeypatch):
    found = [machine("a", 4), machine("b", 2, gpus=1), machine("c", 8, alive=False), machine("d", 1)]
    monkeypatch.setattr(ray, "nodes", lambda: found)


def nodes(slots):
    return "".join(slot.node for slot in slots)


def test_workers_are_spread_in_turn_and_the_rest_of_the_places_is_to_spare(machines):
    assert nodes(slots_of(Workers(), Limits())) == "abdabaa"
    assert nodes(slots_of(Workers(count=2), Limits()))[:2] == "ab"
    assert nodes(slots_of(Workers(cpus=2.0), Limits())) == "aba"
    assert nodes(slots_of(Workers(cpus=1.0, gpus=0.5), Limits())) == "bb"


def test_a_machine_that_is_left_out_takes_no_worker_from_the_others(machines):
    assert nodes(slots_of(Workers(count=1), Limits(), left_out={"a"})) == "bdb"


def test_a_worker_may_hold_its_share_of_the_machine(machines):
    share = {slot.node: slot.memory_bytes for slot in slots_of(Workers(count=4), Limits())}
    assert share == {"a": 16 * GB * 0.9 / 2, "b": 16 * GB * 0.9, "d": 16 * GB * 0.9}
    assert {slot.memory_bytes for slot in slots_of(Workers(), Limits(memory_bytes=5))} == {5}


def test_an_address_where_nobody_listens_is_named_in_seconds():
    with (
        pytest.raises(ValueError, match=r"--address 127\.0\.0\.1:1: no Ray cluster answers .*ray start --head"),
        connected(Workers(address="127.0.0.1:1")),
    ):
        pass
