"""Which prompts a person is asked about: a seeded random sample of a selection.

Each prompt has a random number of its own, drawn by hash from the seed and its key. The sample is the n lowest, in their
order. So it is the same whatever the shards and the order of reading, a larger n keeps the smaller sample, and the first
so many of it are a random sample too: an audit that stops early still stands for the whole.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mkaudio.shards import DatasetInfo, Storage, check_selection, read_selection

_COLUMNS = ["key", "prompt", "expert", "score"]
_SPARE = 4096
"""Prompts held above n before the highest are let go: memory is bounded, sorting is rare."""


@dataclass(frozen=True, slots=True)
class DrawRule:
    """What is drawn.

    Args:
        n: how many prompts; all where there are fewer.
        seed: another seed, another sample.
        selection: name of the selection whose prompts they are.
        expert: only the prompts of this one; of all where "".
        per_expert: the same number of each expert, rather than as many as it has.
    """

    n: int = 100
    seed: int = 0
    selection: str = "default"
    expert: str = ""
    per_expert: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """A prompt: a row of a selection.

    Args:
        shard: number of the shard that has its sound.
        key: of the clip.
        place: 0 for the first prompt of a clip, 1 for the second where the selection has several.
        prompt: its text.
        expert: who proposed it.
        score: of the selection's scorer.
    """

    shard: int
    key: str
    place: int
    prompt: str
    expert: str
    score: float


@dataclass(frozen=True, slots=True)
class Draw:
    """A sample, and what it was drawn from.

    Args:
        rule: what was asked for.
        sample: the prompts, in random order.
        population: expert → how many prompts it has in the selection; the expert asked for only, where one was.
    """

    rule: DrawRule
    sample: tuple[Drawn, ...]
    population: dict[str, int]


def fingerprint_of(info: DatasetInfo) -> str:
    """Return what tells a dataset from others: a hash of its sealed plans.

    Args:
        info: its description.
    """
    plans = ",".join(generation.plan_sha256 for generation in info.generations)
    return hashlib.sha256(plans.encode()).hexdigest()[:16]


def read_prompts(storage: Storage, info: DatasetInfo, selection: str) -> Iterator[Drawn]:
    """Read every prompt of a selection, shard by shard.

    Args:
        storage: of the dataset.
        info: its description.
        selection: its name; one that is not there, or of an older ledger, is a ValueError.

    Yields:
        The prompts, in key order.
    """
    check_selection(storage, info, selection)
    for shard in range(info.n_shards):
        columns = read_selection(storage, selection, shard).to_pydict()
        key_before, place = "", 0
        for key, prompt, expert, score in zip(*(columns[column] for column in _COLUMNS), strict=True):
            place = place + 1 if key == key_before else 0
            key_before = key
            yield Drawn(shard, key, place, prompt, expert, score)


def draw(prompts: Iterable[Drawn], rule: DrawRule) -> Draw:
    """Draw the sample.

    Args:
        prompts: all of them; read once, and only what may be drawn is held.
        rule: what to draw.

    Raises:
        ValueError: n is below 1, nobody has a prompt, or the expert has none.
    """
    if rule.n < 1:
        raise ValueError(f"--n {rule.n}: how many prompts to look at; give at least 1")
    population: Counter[str] = Counter()
    lowest: dict[str, list[tuple[bytes, Drawn]]] = {}
    for prompt in prompts:
        population[prompt.expert] += 1
        if rule.expert in ("", prompt.expert):
            held = lowest.setdefault(prompt.expert if rule.per_expert else "", [])
            held.append((_random_number(rule.seed, prompt), prompt))
            if len(held) > rule.n + _SPARE:
                held[:] = sorted(held, key=_order)[: rule.n]
    if not population:
        raise ValueError(f"selection {rule.selection!r} has no prompt; there is nothing to look at")
    if rule.expert and rule.expert not in population:
        raise ValueError(f"--expert {rule.expert}: it has no prompt here; there is {', '.join(sorted(population))}")
    sizes = _shared_out({group: len(held) for group, held in lowest.items()}, rule.n)
    drawn = [one for group, held in lowest.items() for one in sorted(held, key=_order)[: sizes[group]]]
    counted = {name: count for name, count in sorted(population.items()) if rule.expert in ("", name)}
    return Draw(rule, tuple(prompt for _, prompt in sorted(drawn, key=_order)), counted)


def _random_number(seed: int, prompt: Drawn) -> bytes:
    return hashlib.sha256(f"{seed}:{prompt.key}:{prompt.place}".encode()).digest()


def _order(numbered: tuple[bytes, Drawn]) -> bytes:
    return numbered[0]


def _shared_out(available: dict[str, int], n: int) -> dict[str, int]:
    """Give each group one in turn, until n are given or none has more: a larger n takes nothing away."""
    given, left = dict.fromkeys(sorted(available), 0), min(n, sum(available.values()))
    while left:
        for group in given:
            if left and given[group] < available[group]:
                given[group] += 1
                left -= 1
    return given
