"""In which order an epoch's clips come: a function of (seed, epoch), known at any position without the ones before.

Clips are taken in blocks of neighbours, which lie in one shard. The blocks are shuffled; as many as `_BLOCKS_MIXED` that follow
each other are a group, and the clips of a group are shuffled among themselves. So reading stays in few shards at a time, and what
is in memory is a few groups of 8,192 clips and 12 bytes a block, at a billion clips in shards of 512 about 25 MB.

Shuffling sorts by a hash that is written here, so that an order does not depend on the version of a library. n clips.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK_CLIPS = 512
"""Most clips of a block: a shard as distill makes it, so that a remote shard is read once an epoch, not in many pieces."""
_BLOCKS_MIXED = 16
"""Blocks of a group: about 8,000 clips are mixed, and as many shards must be at hand at a time."""


def block_bounds(shards: NDArray[np.int64], most: int = BLOCK_CLIPS) -> NDArray[np.int64]:
    """Cut shards into blocks of about equal size; a block never reaches over the end of a shard.

    Args:
        shards: first clip of each shard, and n.
        most: clips of a block.

    Returns:
        First clip of each block, and n.

    >>> block_bounds(np.array([0, 5, 8]), 3).tolist()
    [0, 2, 5, 8]
    """
    sizes = np.diff(shards)
    pieces = np.maximum(-(-sizes // most), 1)
    firsts = np.repeat(np.cumsum(pieces) - pieces, pieces)
    piece = np.arange(pieces.sum()) - firsts
    cuts = np.repeat(shards[:-1], pieces) + piece * np.repeat(sizes, pieces) // np.repeat(pieces, pieces)
    return np.append(cuts, shards[-1]).astype(np.int64)


class _Epoch(NamedTuple):
    blocks: NDArray[np.uint32]
    """Numbers of the blocks in the order of the epoch."""
    groups: NDArray[np.int64]
    """First position of each group, and n."""


class Order:
    """The order of every epoch.

    Args:
        bounds: first clip of each block, and n.
        seed: of the stream.
    """

    def __init__(self, bounds: NDArray[np.int64], seed: int) -> None:
        self._bounds = bounds
        self._seed = seed
        self._epoch: Callable[[int], _Epoch] = lru_cache(maxsize=2)(self._make_epoch)
        self._group: Callable[[int, int], NDArray[np.int64]] = lru_cache(maxsize=4)(self._make_group)

    def __len__(self) -> int:
        """Clips of an epoch."""
        return int(self._bounds[-1])

    def clips(self, epoch: int, start: int, stop: int) -> NDArray[np.int64]:
        """Return the clips at some positions of an epoch.

        Args:
            epoch: number of the epoch, from 0.
            start: first position.
            stop: position behind the last, at most n.

        Returns:
            Numbers of clips (stop - start,).
        """
        groups = self._epoch(epoch).groups
        parts = []
        while start < stop:
            group = int(groups.searchsorted(start, "right")) - 1
            first, end = int(groups[group]), min(stop, int(groups[group + 1]))
            parts.append(self._group(epoch, group)[start - first : end - first])
            start = end
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _make_epoch(self, epoch: int) -> _Epoch:
        sizes = np.diff(self._bounds)
        blocks = np.argsort(_hashes(np.arange(len(sizes)), f"{self._seed}:{epoch}:blocks"), kind="stable")
        behind = np.cumsum(sizes[blocks])
        groups = np.concatenate([[0], behind[_BLOCKS_MIXED - 1 :: _BLOCKS_MIXED], behind[-1:]])
        return _Epoch(blocks.astype(np.uint32), np.unique(groups))

    def _make_group(self, epoch: int, group: int) -> NDArray[np.int64]:
        blocks = self._epoch(epoch).blocks[group * _BLOCKS_MIXED : (group + 1) * _BLOCKS_MIXED]
        clips = np.concatenate([np.arange(self._bounds[block], self._bounds[block + 1]) for block in blocks])
        return clips[np.argsort(_hashes(clips, f"{self._seed}:{epoch}:clips"), kind="stable")]


def _hashes(numbers: NDArray[np.int64], about: str) -> NDArray[np.uint64]:
    """Return a hash of each number.

    Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014), the finaliser of SplitMix64.
    """
    salt = np.uint64(int.from_bytes(hashlib.sha256(about.encode()).digest()[:8]))
    with np.errstate(over="ignore"):
        mixed = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + salt
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))
