"""Each step once, whatever was killed; numbers come back to the last bit."""

import math

import pytest

from mkaudio.models.training.logs import CsvLog, TrainingLog


def logged(run, steps, after=0):
    log = CsvLog(run, "train.csv", after)
    for step in steps:
        log.write(step, {"loss": 1 / step, "kl": math.pi * step})
    log.close()
    return (run / "log" / "train.csv").read_text()


def test_numbers_are_read_back_to_the_bit(tmp_path):
    lines = logged(tmp_path, [3, 7]).splitlines()
    assert lines[0] == "step,loss,kl"
    assert [[float(one) for one in line.split(",")] for line in lines[1:]] == [
        [3, 1 / 3, 3 * math.pi],
        [7, 1 / 7, 7 * math.pi],
    ]


def test_a_row_is_on_disk_when_it_was_written(tmp_path):
    log = CsvLog(tmp_path, "train.csv", 0)
    log.write(1, {"loss": 0.5})
    assert (tmp_path / "log" / "train.csv").read_text() == "step,loss\n1,0.5\n"
    log.close()


@pytest.mark.parametrize("left", ["", "9,0.1", "9,0.1,0.", "9,"])
def test_rows_beyond_the_checkpoint_go_and_come_again_once(tmp_path, left):
    unbroken = logged(tmp_path / "a", range(1, 10))
    logged(tmp_path / "b", range(1, 9))
    with (tmp_path / "b" / "log" / "train.csv").open("a") as file:
        file.write(left)
    assert logged(tmp_path / "b", range(6, 10), after=5) == unbroken


@pytest.mark.parametrize("left", ["st", "step,loss,kl\n", "step,loss,kl\n1,0.3"])
def test_one_that_was_killed_before_its_first_checkpoint_begins_anew(tmp_path, left):
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "train.csv").write_text(left)
    assert logged(tmp_path, [1, 2]) == logged(tmp_path / "new", [1, 2])


def test_other_columns_are_refused(tmp_path):
    logged(tmp_path, [1])
    log = CsvLog(tmp_path, "train.csv", 1)
    with pytest.raises(ValueError, match="columns are step, loss, kl, step 2 has step, loss;"):
        log.write(2, {"loss": 0.5})
    log.close()


@pytest.mark.slow
def test_tensorboard_has_the_same_numbers(tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for after, steps in ((0, (1, 2, 3)), (2, (3, 4))):  # killed after the third, resumed from the second
        log = TrainingLog(tmp_path, after)
        for step in steps:
            log.write("train", step, {"loss": step / 10 + after})
        log.write("val", steps[-1], {"l1": 0.25})
        log.close()
    events = EventAccumulator(str(tmp_path / "log" / "tensorboard")).Reload()
    assert [(one.step, one.value) for one in events.Scalars("train/loss")] == [
        (1, pytest.approx(0.1)), (2, pytest.approx(0.2)), (3, pytest.approx(2.3)), (4, pytest.approx(2.4)),
    ]  # fmt: skip
    assert [one.step for one in events.Scalars("val/l1")] == [4]
