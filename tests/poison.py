"""A stand-in decoder that does to its process what bad native code does: it crashes, eats memory, or never returns.

Which one, it reads off the length of the sound. Tests only; it is put in place inside the worker, by the toolbox.
"""

import ctypes
import os
import pathlib
import signal
import time
from dataclasses import dataclass

import numpy as np
from fakes import FakeToolbox

CRASH_FRAMES, EAT_FRAMES, HANG_FRAMES = 4_001, 4_002, 4_003
LATE_FRAMES, LATE_START = 48_000, 16_000


def poisoned(reader_class):
    class Poisoned(reader_class):
        def __init__(self, handle, info):
            super().__init__(handle, info)
            if info.n_frames == CRASH_FRAMES:
                ctypes.string_at(0)
            if info.n_frames == EAT_FRAMES:
                eaten = []
                while True:
                    eaten.append(np.ones(1 << 23))  # 64 MB, touched
            if info.n_frames == HANG_FRAMES:
                time.sleep(3600)

    return Poisoned


@dataclass(frozen=True)
class PoisonToolbox(FakeToolbox):
    def __call__(self):
        from mkaudio.pipeline import decode

        if decode.AudioReader.__name__ != "Poisoned":
            decode.AudioReader = poisoned(decode.AudioReader)
        return super().__call__()


@dataclass(frozen=True)
class SupervisorKiller(FakeToolbox):
    """Kills the process above the first worker that builds its models; `deadly` names the file that remembers it."""

    def __call__(self):
        flag = pathlib.Path(self.deadly)
        if not flag.exists():
            flag.touch()
            os.kill(os.getppid(), signal.SIGKILL)
        return super().__call__()


@dataclass(frozen=True)
class HashOfProcess(FakeToolbox):
    """Says of its models something else in every process."""

    def fingerprints(self):
        return {"scorer": f"scorer-of-{os.getpid()}"}


@dataclass(frozen=True)
class NoModelsAlone(FakeToolbox):
    """The first worker dies of an expert; every later one while it loads its models."""

    def __call__(self):
        flag = pathlib.Path(self.deadly)
        if flag.exists():
            os.kill(os.getpid(), signal.SIGKILL)
        flag.touch()
        tools = super().__call__()
        tools.experts[0].propose = lambda clips: os.kill(os.getpid(), signal.SIGKILL)
        return tools


@dataclass(frozen=True)
class LatePoisonToolbox(FakeToolbox):
    """Its decoder crashes in the windows from two to four seconds of a sound of `LATE_FRAMES`."""

    def __call__(self):
        from mkaudio.pipeline import decode

        if decode.AudioReader.__name__ != "Late":
            decode.AudioReader = late(decode.AudioReader)
        return super().__call__()


def late(reader_class):
    class Late(reader_class):
        def read(self, start_frame, n_frames):
            if LATE_START <= start_frame < 2 * LATE_START:
                ctypes.string_at(0)
            return super().read(start_frame, n_frames)

    return Late


def die_here():
    os.kill(os.getpid(), signal.SIGKILL)


class KillsOnArrival(FakeToolbox):
    """Kills the worker that unpickles it: before it has read an order."""

    def __reduce__(self):
        return die_here, ()
