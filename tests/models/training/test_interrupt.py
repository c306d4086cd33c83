"""One signal is a wish, a second SIGINT an end; what was there before comes back."""

import os
import signal
import threading

import pytest

from mkaudio.models.training import interrupt
from mkaudio.models.training.interrupt import interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_and_the_handlers_come_back(number):
    before = signal.getsignal(number)
    with interrupts() as found:
        assert not found.wanted
        os.kill(os.getpid(), number)
        assert found.wanted
    assert signal.getsignal(number) is before


def test_the_second_press_ends_it_and_a_launcher_s_echo_does_not(monkeypatch):
    with interrupts() as found:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert found.wanted
        monkeypatch.setattr(interrupt, "_ONE_PRESS_S", 0.0)
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_in_a_thread_nothing_is_touched():
    before, found = signal.getsignal(signal.SIGINT), []

    def enter():
        with interrupts() as one:
            found.append((one.wanted, signal.getsignal(signal.SIGINT)))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [(False, before)]
