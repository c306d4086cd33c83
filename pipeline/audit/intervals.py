"""What a sample says of the whole: 95 % intervals of shares, and how far two people agree."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""The normal distribution's .975 quantile."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share and its 95 % interval, all in 0 to 1."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{_short(self.value)} [{_short(self.low)}, {_short(self.high)}]"


def wilson(successes: float, n: int) -> Share:
    """Return a share by Wilson's score interval, which holds for few trials and for shares near 0 and 1.

    Halves may be among the successes: values from 0 to 1 vary at most as much as a yes or no of the same mean, so the
    interval is then too wide rather than too narrow.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22:209; compared with others in Brown, Cai and DasGupta 2001, Stat. Sci. 16:101.

    >>> str(wilson(8, 10))
    '.800 [.490, .943]'

    Args:
        successes: how many, 0 to n.
        n: of how many, at least 1.
    """
    share, z_squared = successes / n, Z_95 * Z_95
    centre = (share + z_squared / (2 * n)) / (1 + z_squared / n)
    half = Z_95 / (1 + z_squared / n) * math.sqrt(share * (1 - share) / n + z_squared / (4 * n * n))
    return Share(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)))


def joined(shares: Sequence[Share], weights: Sequence[float]) -> Share:
    """Return the weighted mean of independent shares; of one share, that share.

    Source: MOVER, Zou and Donner 2008, Stat. Med. 27:1693: the distances of a sum's limits are the roots of the summed
    squares of its parts' distances.

    Args:
        shares: one a stratum.
        weights: what each stratum has of the whole; they sum to 1.
    """
    parts = list(zip(shares, weights, strict=True))
    value = sum(weight * share.value for share, weight in parts)
    below = math.sqrt(sum((weight * (share.value - share.low)) ** 2 for share, weight in parts))
    above = math.sqrt(sum((weight * (share.high - share.value)) ** 2 for share, weight in parts))
    return Share(value, max(0.0, value - below), min(1.0, value + above))


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa: agreement above what chance would give; None where both gave one and the same mark only.

    Source: Cohen 1960, Educ. Psychol. Meas. 20:37.

    >>> round(kappa([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15), 3)
    0.4

    Args:
        pairs: what the first and the second said of each thing; at least one.
    """
    n = len(pairs)
    first, second = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    by_chance = sum(first[mark] * second[mark] for mark in first) / n**2
    agreed = sum(one == other for one, other in pairs) / n
    return None if by_chance == 1 else (agreed - by_chance) / (1 - by_chance)


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.3f}"
