"""What a run does at each step: logs, looks, keeps; and what it does where something is wrong."""

import math
import os
import signal
from dataclasses import replace

import pytest
import torch
from training_fakes import FakeTask, config_of, opened, rows_of, trained

from mkaudio.models.training import run as run_module
from mkaudio.models.training.checkpoint import newest_checkpoint
from mkaudio.models.training.checkpoint_state import checkpoint_folders
from mkaudio.models.training.finite import NotFiniteError
from mkaudio.models.training.memory import OutOfMemoryError


def steps_of(output):
    return [int(folder.name) for folder in checkpoint_folders(output)]


def test_intervals_are_kept_and_the_end_is_one(tmp_path):
    task, said = FakeTask(), []
    config = config_of(
        log_every=5, validate_every=4, show_every=6, checkpoint_every=5, keep_checkpoints=9, max_steps=13
    )
    trained(tmp_path / "run", task, config, progress=lambda step, numbers: said.append((step, sorted(numbers))))
    assert [row["step"] for row in rows_of(tmp_path / "run")] == ["1", "5", "10", "13"]
    assert [row["step"] for row in rows_of(tmp_path / "run", "val")] == ["4", "8", "12", "13"]
    assert sorted(path.name for path in (tmp_path / "run" / "shown").iterdir()) == ["00000006", "00000012", "00000013"]
    assert steps_of(tmp_path / "run") == [0, 5, 10, 13]
    steps = [step for step, names in said if names != ["val_square"]]
    assert (
        steps == list(range(14))
        and said[0] == (0, [])
        and [step for step, names in said if "loss" in names] == [1, 5, 10, 13]
    )
    assert {"samples_per_s", "wait_share", "learning_rate"} <= set(said[1][1])


def test_the_checkpoint_has_the_averages_as_they_were_made(tmp_path):
    task, averages = FakeTask(), None
    config = config_of(max_steps=4, checkpoint_every=1, keep_checkpoints=9)
    trained(tmp_path, task, config)
    for folder in checkpoint_folders(tmp_path):
        found = run_module.Checkpoint(folder, 0, {}, {})
        own, ema, step = (
            found.tensors("weights")["first.weight"],
            found.tensors("ema")["first.weight"],
            int(folder.name),
        )
        decay = min(0.9, (1 + step) / (10 + step))
        averages = own if averages is None else averages * decay + own * (1 - decay)
        assert torch.allclose(ema, averages, atol=1e-6)
    assert not torch.equal(ema, own) and torch.equal(own, task.module.first.weight)
    assert found.tensors("weights")["mean"] == task.module.mean != 0  # what after_step did


def test_a_sound_that_is_no_number_stops_it_with_step_and_keys(tmp_path):
    config = config_of(checkpoint_every=4, accumulate=4)
    with pytest.raises(NotFiniteError) as caught:
        trained(tmp_path, config=config, streams=opened(poison=(50,)))
    error = caught.value
    assert error.step == 7 and error.keys == ["key50", "key51"] and "loss is nan" in error.what
    assert f"{tmp_path}/checkpoints/00000004 is the last good checkpoint" in str(error)
    assert steps_of(tmp_path) == [0, 4] and rows_of(tmp_path)[-1]["step"] == "6"
    assert all(one.isfinite().all() for one in newest_checkpoint(tmp_path).tensors("weights").values())


def test_where_it_is_looked_for_at_intervals_only_the_step_is_right_and_no_checkpoint_has_it(tmp_path, monkeypatch):
    class Late(run_module.FiniteWatch):
        """As on a GPU: the look of every step is put off, those before logs and checkpoints are not."""

        last = -1

        def check(self):
            step = self._noted[-1].step if self._noted else 0
            first, self.last = step != self.last, step
            if not first or step % 10 in (0, 1):
                super().check()

    monkeypatch.setattr(run_module, "FiniteWatch", Late)
    with pytest.raises(NotFiniteError) as caught:
        trained(tmp_path, config=config_of(log_every=10, checkpoint_every=8), streams=opened(poison=(50,)))
    assert caught.value.step == 7 and "key50" in caught.value.keys and "loss is nan" in str(caught.value)
    assert steps_of(tmp_path) == [0]


def test_weights_that_are_no_numbers_are_not_kept(tmp_path):
    task = FakeTask()

    def spoil(numbers):
        if numbers["square"] is not None and float(task.module.mean) == 0:
            task.module.second.bias.data[0] = math.inf
            task.module.mean += 1

    task.after_step = spoil
    with pytest.raises(NotFiniteError, match=r"step 1: weights/second.bias and \d+ more tensors are not finite"):
        trained(tmp_path, task, config_of(checkpoint_every=1))
    assert steps_of(tmp_path) == [0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_after_the_step_with_a_checkpoint(tmp_path, number):
    def progress(step, numbers):
        if step == 5:
            os.kill(os.getpid(), number)

    outcome = trained(tmp_path, progress=progress)
    assert (outcome.step, outcome.ended, outcome.checkpoint.name) == (6, "interrupt", "00000006")
    assert steps_of(tmp_path)[-1] == 6
    assert trained(tmp_path, resume=True).step == 12


def test_a_limit_of_time_ends_it_with_a_checkpoint(tmp_path):
    streams = []
    outcome = trained(
        tmp_path,
        config=config_of(max_steps=10_000, max_minutes=0.15 / 60),
        streams=opened(streams=streams, wait_s=0.05),
    )
    assert outcome.ended == "max_minutes" and 1 <= outcome.step < 12 and steps_of(tmp_path)[-1] == outcome.step
    assert streams[0].train.closed and streams[0].val.closed


def test_one_process_asks_its_device_nothing_to_go_on_or_to_end(tmp_path, monkeypatch):
    class Asked:
        def __float__(self):
            raise AssertionError("a look at each step waits for the GPU")

    class Stepper(run_module.Stepper):
        def gradients(self, batch, draw, stop):
            return replace(super().gradients(batch, draw, stop), stop=Asked())

    monkeypatch.setattr(run_module, "Stepper", Stepper)
    outcome = trained(
        tmp_path, progress=lambda step, numbers: os.kill(os.getpid(), signal.SIGINT) if step == 5 else None
    )
    assert (outcome.step, outcome.ended) == (6, "interrupt")


def test_the_wait_for_sounds_is_measured(tmp_path):
    seen = {}
    trained(
        tmp_path,
        config=config_of(max_steps=3),
        streams=opened(wait_s=0.1),
        progress=lambda step, numbers: seen.update(numbers),
    )
    assert seen["wait_share"] > 0.7 and seen["samples_per_s"] < 80


def test_a_stream_that_does_not_fit_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"step 5: the stream gave 3 sounds .* batch_size = 8 needs 8 .*drop_last"):
        trained(tmp_path / "a", streams=opened(last=3))
    with pytest.raises(ValueError, match="the stream ended before step 6"):
        trained(tmp_path / "b", streams=opened(epochs=1))


def test_out_of_memory_says_what_to_lower(tmp_path):
    task = FakeTask()

    def forward(batch, draw):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    task.module.forward = forward
    with pytest.raises(
        OutOfMemoryError, match=r"raise accumulate from 1 to 2 .*batch_size, now 8.*lower width.*Tried to allocate"
    ):
        trained(tmp_path, task)


def test_compile_is_the_task_s_own(tmp_path):
    task = FakeTask()
    task.compile = lambda: setattr(task, "compiled", 7)
    trained(tmp_path, task, config_of(max_steps=1, compile=True))
    assert task.compiled == 7


@pytest.mark.slow
def test_compiled_it_has_the_same_losses_and_tensors(tmp_path):
    trained(tmp_path / "a", FakeTask(dropout=0.0), config_of(max_steps=6))
    task = FakeTask(dropout=0.0)
    trained(tmp_path / "b", task, config_of(max_steps=6, compile=True))
    assert task.compiled == 1
    losses = [[float(row["loss"]) for row in rows_of(tmp_path / name)] for name in "ab"]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    names = [newest_checkpoint(tmp_path / name).files["weights.safetensors"]["tensors"] for name in "ab"]
    assert names[0] == names[1]
