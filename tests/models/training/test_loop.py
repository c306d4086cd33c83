"""A training that was broken off and goes on is the unbroken one, to the last bit; what would mix two trainings is refused."""

import random

import numpy as np
import pytest
import torch
from training_fakes import FakeTask, config_of, opened, rows_of, trained

from mkaudio.models.training.checkpoint import PARTS, newest_checkpoint
from mkaudio.shards import LocalStorage, lock

EVERY = {"validate_every": 4, "show_every": 4, "checkpoint_every": 4}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    output = tmp_path_factory.mktemp("run") / "unbroken"
    trained(output, config=config_of(**EVERY))
    return output


def assert_same(output, unbroken):
    for table in ("train", "val"):
        assert rows_of(output, table) == rows_of(unbroken, table)
    ours, wanted = newest_checkpoint(output), newest_checkpoint(unbroken)
    assert ours.facts["stream"] == wanted.facts["stream"] and ours.step == wanted.step
    for part in PARTS:
        assert ours.files[f"{part}.safetensors"] == wanted.files[f"{part}.safetensors"]
    shown = [sorted((one / "shown").rglob("*.txt")) for one in (output, unbroken)]
    assert [path.read_bytes() for path in shown[0]] == [path.read_bytes() for path in shown[1]] and len(shown[0]) == 3


class Killed(BaseException):
    pass


def broken_at(*steps):
    def progress(step, numbers):
        if step in steps and not numbers.keys() & {"val_square"}:
            raise Killed

    return progress


@pytest.mark.parametrize("at", [2, 4, 7])
def test_broken_anywhere_it_goes_on_to_the_bit(tmp_path, unbroken, at):
    with pytest.raises(Killed):
        trained(tmp_path, config=config_of(**EVERY), progress=broken_at(at))
    torch.manual_seed(at)
    trained(tmp_path, FakeTask(seed=at), config_of(**EVERY), resume=True)
    assert_same(tmp_path, unbroken)


def test_broken_again_and_again_it_goes_on_to_the_bit(tmp_path, unbroken):
    for resume, at in ((False, 6), (True, 7), (True, 10)):
        with pytest.raises(Killed):
            trained(tmp_path, FakeTask(), config_of(**EVERY), resume=resume, progress=broken_at(at))
    trained(tmp_path, FakeTask(), config_of(**EVERY), resume=True)
    assert_same(tmp_path, unbroken)


def test_one_that_stops_at_its_end_and_is_made_longer_is_the_long_one(tmp_path, unbroken):
    trained(tmp_path, config=config_of(**{**EVERY, "max_steps": 8}))
    trained(tmp_path, FakeTask(seed=5), config_of(**EVERY), resume=True)
    assert_same(tmp_path, unbroken)
    done = trained(tmp_path, FakeTask(seed=5), config_of(**EVERY), resume=True)
    assert (done.step, done.ended) == (12, "max_steps")
    assert_same(tmp_path, unbroken)


def test_the_global_generators_are_neither_read_nor_moved(tmp_path, unbroken):
    torch.manual_seed(99)
    random.seed(98)
    np.random.seed(97)
    before = torch.get_rng_state()
    trained(tmp_path, config=config_of(**EVERY))
    assert torch.equal(before, torch.get_rng_state())
    assert_same(tmp_path, unbroken)


def test_a_run_is_not_written_over_nor_made_of_nothing(tmp_path, unbroken):
    with pytest.raises(
        ValueError, match="unbroken: holds a training at step 12; resume it, or take another output folder"
    ):
        trained(unbroken)
    with pytest.raises(ValueError, match="none: no training"):
        trained(tmp_path / "none", resume=True)


def test_what_a_killed_run_left_unfinished_goes(tmp_path):
    left = tmp_path / ".tmp" / "staging" / "checkpoint-00000003-0123" / "00000003"
    left.mkdir(parents=True)
    (left / "weights.safetensors").write_bytes(b"half")
    trained(tmp_path, config=config_of(max_steps=1))
    assert not left.parent.exists()


def test_two_trainings_do_not_write_one_run(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "_PATIENCE_S", 0.0)
    with lock.locked(LocalStorage(tmp_path)), pytest.raises(ValueError, match="another mkaudio is writing"):
        trained(tmp_path)


def test_another_stream_or_setting_is_refused(tmp_path, unbroken):
    with pytest.raises(ValueError, match="state is of another stream"):
        trained(unbroken, streams=opened(seed=1), resume=True)
    with pytest.raises(ValueError, match=r"network\.width was 6, is 7"):
        trained(unbroken, FakeTask(width=7), resume=True)
    streams = []
    with pytest.raises(ValueError, match=r"batch_size = 8 does not divide .* accumulate = 3"):
        trained(tmp_path, config=config_of(accumulate=3), streams=opened(streams=streams))
    assert not streams and not tmp_path.joinpath("checkpoints").exists()


def test_a_network_of_the_same_settings_and_other_tensors_is_refused(unbroken):
    task = FakeTask()
    task.module.register_buffer("extra", torch.zeros(1))
    with pytest.raises(ValueError, match=r"weights.safetensors: lacks 1 tensor\(s\), extra"):
        trained(unbroken, task, resume=True)


def test_other_micro_batches_go_on_with_the_same_losses(tmp_path):
    for name, accumulate in (("a", 1), ("b", 4)):
        trained(tmp_path / name, FakeTask(dropout=0.0), config_of(max_steps=4))
        trained(tmp_path / name, FakeTask(dropout=0.0), config_of(accumulate=accumulate), resume=True)
    losses = [[float(row["loss"]) for row in rows_of(tmp_path / name)] for name in "ab"]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
