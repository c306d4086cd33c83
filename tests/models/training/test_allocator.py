"""Memory that was freed comes again without page faults."""

import ctypes
import subprocess
import sys

import pytest

ROUNDS = """
import resource
from mkaudio.models.training.allocator import keep_memory
{first}
def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [b"x" * (number << 18) for number in range(1, 24)]
    while blocks:
        blocks.pop()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(sum([faults() for _ in range(8)][2:]))
"""


def faults_of_six_rounds(first):
    command = [sys.executable, "-c", ROUNDS.format(first=first)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "mallopt"), reason="no glibc"
)
def test_what_is_freed_comes_again_without_faults():
    kept, given_back = faults_of_six_rounds("keep_memory()"), faults_of_six_rounds("")
    assert kept < 1_000 and given_back > 10_000
