"""Memory that was freed comes again without page faults."""

import ctypes
import resource
import sys

import pytest
import torch

from mkaudio.models.training.allocator import keep_memory


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or not hasattr(ctypes.CDLL(None), "mallopt"), reason="no glibc"
)
def test_what_is_freed_comes_again_without_faults():
    keep_memory()

    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        tensors = [torch.ones(1 << 20) for _ in range(24)]  # 4 MB each, 1,024 pages
        while tensors:
            tensors.pop()
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    assert sum([faults() for _ in range(8)][2:]) < 12 * 1024
