"""Held-out sounds: each counts once, always with the same draws, judged with the averaged weights."""

import pytest
import torch
from accelerate import Accelerator
from training_fakes import FakeStream, FakeTask, config_of

from mkaudio.models.training.batches import SoundBatch
from mkaudio.models.training.draw import StepDraw
from mkaudio.models.training.ema import Ema
from mkaudio.models.training.validation import Judge

CPU = torch.device("cpu")


def judge_of(stream, task=None, **settings):
    task = task or FakeTask()
    ema = Ema(task.module, 0.9)
    return Judge(task, config_of(**settings), Accelerator(mixed_precision="no"), ema, stream), task, ema


def held_out():
    return FakeStream(4, 3, seed=7, epochs=1, last=1)


def test_the_mean_is_over_sounds_and_not_over_batches():
    stream = held_out()
    judge, task, _ = judge_of(stream)
    found, errors = judge.numbers(), []
    for number, (step, row) in enumerate([(0, n) for n in range(4)] + [(1, n) for n in range(4)] + [(2, 0)]):
        batch = SoundBatch.of(stream.batch(0, step), CPU).part(slice(row, row + 1))
        task.module.eval()
        with torch.no_grad():
            draw = StepDraw(0, 0, range(number, number + 1), "validate")
            errors.append(float(task.validate(task.module, batch, draw)["square"][0]))
    assert found == {"square": pytest.approx(sum(errors) / 9, rel=1e-6)}


def test_it_is_the_same_at_every_call_and_as_short_as_one_wants():
    stream = held_out()
    judge, task, _ = judge_of(stream)
    assert judge.numbers() == judge.numbers() and stream.closed == 2 and task.module.training
    assert (
        judge_of(held_out(), validate_batches=1)[0].numbers()
        == judge_of(FakeStream(4, 1, seed=7, epochs=1))[0].numbers()
    )


def test_it_judges_the_averaged_weights():
    judge, task, ema = judge_of(held_out())
    before = judge.numbers()
    with torch.no_grad():
        task.module.first.weight.normal_()
    assert judge.numbers() == before
    ema.update(100)
    assert judge.numbers() != before


def test_nothing_held_out_is_nothing():
    assert judge_of(None)[0].numbers() == {}


def test_what_is_shown_are_the_same_held_out_sounds_or_those_of_the_training(tmp_path):
    training = SoundBatch.of(FakeStream().batch(0, 3), CPU)
    judge, task, _ = judge_of(held_out())
    for step in (3, 6, 6):  # the second 6 is that of a training that goes on
        judge.show(step, tmp_path, training)
    assert task.shown == [["key0", "key1", "key2", "key3"]] * 3
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.txt")} == {
        "shown/00000003/sound.txt", "shown/00000006/sound.txt",
    }  # fmt: skip
    judge, task, _ = judge_of(None)
    judge.show(9, tmp_path, training)
    assert task.shown == [training.keys]


def test_an_error_while_looking_gives_the_weights_back(tmp_path):
    judge, task, _ = judge_of(held_out())
    with torch.no_grad():
        task.module.first.weight.normal_()
    own = task.module.first.weight.detach().clone()

    def fails(*_):
        raise OSError("disk full")

    task.show = fails
    with pytest.raises(OSError, match="disk full"):
        judge.show(1, tmp_path, SoundBatch.of(FakeStream().batch(0, 0), CPU))
    assert (
        torch.equal(task.module.first.weight, own)
        and task.module.training
        and not (tmp_path / "shown" / "00000001").exists()
    )
