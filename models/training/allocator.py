"""On a processor, what a step frees is kept for the next: the system would take it back, and give it again page by page."""

import ctypes

_OPTIONS = ((-1, 256 << 20), (-3, 32 << 20))
"""M_TRIM_THRESHOLD and M_MMAP_THRESHOLD. Source: malloc.h of glibc, mallopt(3); glibc itself goes up to 32 MB with the second.
With them a step of the preset tiny has some 700 page faults, without them 7,400, which takes 4 to 12 % of its time."""


def keep_memory() -> None:
    """Have glibc keep up to 256 MB of what the process frees, from now on; where there is another C library, do nothing."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    for option, value in _OPTIONS:
        mallopt(option, value)
