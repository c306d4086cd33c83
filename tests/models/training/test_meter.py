"""Rate and wait in closed form, on a clock of the test's."""

import pytest
import torch

from mkaudio.models.training import meter


class Clock:
    def __init__(self):
        self.now_s = 5.0

    def perf_counter(self):
        return self.now_s


def test_rate_and_wait_are_those_of_the_steps_since_the_last_reading(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(meter, "time", clock)
    found = meter.Meter(torch.device("cpu"), batch_size=6)
    for wait_s, work_s in ((1.0, 2.0), (0.5, 0.5)):
        with found.step():
            with found.waiting():
                clock.now_s += wait_s
            clock.now_s += work_s
        clock.now_s += 100.0  # a validation
    assert found.read() == {"samples_per_s": pytest.approx(3.0), "wait_share": pytest.approx(1.5 / 4.0)}
    with found.step(), found.waiting():
        clock.now_s += 2.0
    assert found.read() == {"samples_per_s": pytest.approx(3.0), "wait_share": pytest.approx(1.0)}


class Event:
    def __init__(self, at_s):
        self.at_s = at_s

    def elapsed_time(self, other):
        return 1000 * (other.at_s - self.at_s)


def test_a_gpu_waits_no_longer_than_it_has_nothing_to_do(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(meter, "time", clock)
    found = meter.Meter(torch.device("cpu"), batch_size=1)
    device_s = iter([10.0, 12.0, 12.1, 13.0, 14.5, 16.0])  # start, end of each step on the device
    monkeypatch.setattr(found, "_mark", lambda: Event(next(device_s)))
    for _ in range(3):
        with found.step():
            with found.waiting():
                clock.now_s += 1.0
            clock.now_s += 1.0
    # the device's gap before the second step is 0.1 s, before the third 1.5 s, of which the stream took 1 s
    assert found.read()["wait_share"] == pytest.approx((1.0 + 0.1 + 1.0) / 6.0)
