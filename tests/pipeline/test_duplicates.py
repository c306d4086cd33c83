import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.pipeline.duplicates import Digests, originals


def digest_of(content, differs_at):
    """A sha256, or thirty-two bytes that are like all others but for one place."""
    if differs_at is None:
        return hashlib.sha256(bytes([content])).digest()
    return bytes(content * (place == differs_at) for place in range(32))


@given(st.lists(st.integers(0, 6), max_size=30), st.sampled_from([None, 0, 7, 8, 17, 31]), st.integers(1, 5))
def test_the_earliest_of_equal_sounds_is_the_original(contents, differs_at, step):
    inputs = np.arange(len(contents)) * step + 3
    sha256 = np.array([list(digest_of(content, differs_at)) for content in contents], np.uint8).reshape(-1, 32)
    expected = [inputs[contents.index(content)] for content in contents]
    assert originals(Digests(inputs, sha256)).tolist() == expected
