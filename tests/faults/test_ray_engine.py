"""Ray: the same bytes at any number of workers and in any order, lost actors and machines, and machines that are unfit."""

import os
import time

import pytest
from distilling import digests, run_distill, write_tone
from killing import workers_of
from poison import HashOfProcess, SupervisorKiller
from test_local_engine import listed

from mkaudio.pipeline import EngineError, Workers, run_ray
from mkaudio.pipeline.cluster import Slot


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ray") / "in"
    for number in range(24):
        write_tone(folder / f"{number:02d}.wav", 200.0 + 13 * number, 0.3 + 0.05 * (number % 7))
    return folder


@pytest.fixture(scope="module")
def by_local(sounds, tmp_path_factory):
    output = tmp_path_factory.mktemp("local") / "out"
    run_distill([sounds], output)
    return digests(output)


@pytest.mark.slow
def test_two_workers_give_the_bytes_of_the_local_engine(sounds, by_local, tmp_path, ray_session):
    summary = run_distill([sounds], tmp_path / "out", ray=Workers(count=2))
    assert summary.windows_close and digests(tmp_path / "out") == by_local


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 4])
def test_any_number_of_workers_gives_the_same_bytes(sounds, by_local, tmp_path, ray_session, count):
    run_distill([sounds], tmp_path / "out", ray=Workers(count=count))
    assert digests(tmp_path / "out") == by_local


@pytest.mark.slow
def test_a_worker_that_is_lost_costs_its_task_another_start(sounds, by_local, tmp_path, ray_session):
    """The supervisor itself is killed: nobody is blamed, the shard is done again."""
    lines = []
    factory = SupervisorKiller(str(tmp_path / "killed"))
    run_distill([sounds], tmp_path / "out", factory=factory, ray=Workers(count=2), say=lines.append)
    assert (tmp_path / "killed").exists()
    assert digests(tmp_path / "out") == by_local
    assert any("a worker is lost" in line for line in lines)


@pytest.mark.slow
def test_a_fault_of_the_model_stops_the_run_with_its_message(tmp_path, ray_session):
    source = listed(tmp_path / "in", ["", "raise"])
    with pytest.raises(EngineError, match="RuntimeError: the model is broken"):
        run_distill([source], tmp_path / "out", ray=Workers(count=1))
    patience = time.monotonic() + 10
    while workers_of(os.getpid()) and time.monotonic() < patience:
        time.sleep(0.2)
    assert workers_of(os.getpid()) == [], "a child outlives its actor"


@pytest.mark.slow
def test_a_machine_with_other_models_is_left_out(sounds, tmp_path, ray_session):
    """Every machine of this cluster is unfit, so the run is refused, and says why."""
    with pytest.raises(ValueError, match=r"no machine of the cluster can be used; .*model scorer: .* on the driver"):
        run_distill([sounds], tmp_path / "out", factory=HashOfProcess(), ray=Workers(count=1))


@pytest.mark.slow
def test_a_machine_that_is_gone_before_its_worker_is_there_costs_nothing(
    sounds, by_local, tmp_path, ray_session, monkeypatch
):
    lines, real = [], run_ray.slots_of
    ghost = Slot("ab" * 28, "ghost", 1e9)
    monkeypatch.setattr(run_ray, "slots_of", lambda *given: [ghost, *real(*given)])
    run_distill([sounds], tmp_path / "out", ray=Workers(count=1), say=lines.append)
    assert digests(tmp_path / "out") == by_local
    assert [line.partition(" (")[0] for line in lines] == ["ghost: the machine is lost with its worker"]
