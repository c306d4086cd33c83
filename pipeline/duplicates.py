"""Which inputs have the same bytes: by their sha256, without a name or a Python object an input.

Legend: H inputs that were hashed, D duplicates, U originals.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

SHA256_BYTES = 32


@dataclass(frozen=True, slots=True)
class Digests:
    """The inputs that were hashed and could be read.

    Args:
        inputs: ascending numbers, (H,).
        sha256: of each, (H, 32) of uint8.
    """

    inputs: NDArray[np.int64]
    sha256: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Inputs that equal an earlier one, and what that one is called.

    Args:
        inputs: ascending numbers of the duplicates, (D,).
        original: of each, a position in `names`, (D,).
        names: root/path of the originals, (U,) of `large_string`.
    """

    inputs: NDArray[np.int64]
    original: NDArray[np.int64]
    names: pa.Array


def originals(digests: Digests) -> NDArray[np.int64]:
    """Return for each hashed input the first input with the same bytes: often itself.

    Args:
        digests: of H inputs.

    Returns:
        Numbers of inputs, (H,).

    >>> originals(Digests(np.array([2, 5, 9]), np.array([[1] * 32, [0] * 32, [1] * 32], np.uint8))).tolist()
    [2, 5, 2]
    """
    words = np.ascontiguousarray(digests.sha256).view(np.uint64)
    order = np.lexsort(words.T)  # stable: the earliest of equal ones comes first
    starts = np.ones(len(order), bool)
    starts[1:] = False
    for word in words.T:
        in_order = word[order]
        starts[1:] |= in_order[1:] != in_order[:-1]
    first = np.empty_like(digests.inputs)
    first[order] = digests.inputs[order[starts]][np.cumsum(starts) - 1]
    return first
