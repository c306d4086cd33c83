import doctest
import math
import random

import pytest

from mkaudio.pipeline.audit import intervals
from mkaudio.pipeline.audit.intervals import Share, joined, kappa, wilson


def test_its_examples():
    assert doctest.testmod(intervals).failed == 0 and doctest.testmod(intervals).attempted >= 2


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [  # Source: Newcombe 1998, Stat. Med. 17:857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_limits(k, n, low, high):
    found = wilson(k, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high) and found.value == k / n


@pytest.mark.parametrize("n", [1, 7, 100])
def test_wilsons_limits_are_the_roots_of_the_score_test(n):
    for k in range(n + 1):
        found = wilson(k, n)
        for limit in (found.low, found.high):
            at_edge = (limit == 0 and k == 0) or (limit == 1 and k == n)
            assert at_edge or math.isclose(
                abs(k / n - limit), 1.959964 * math.sqrt(limit * (1 - limit) / n), rel_tol=1e-5
            )
        mirrored = wilson(n - k, n)
        assert math.isclose(mirrored.low, 1 - found.high, abs_tol=1e-12)


def test_an_interval_with_halves_holds_the_true_mean_at_least_as_often_as_it_says():
    draw = random.Random(0)
    held = 0
    for _ in range(2000):
        values = draw.choices([1, 0.5, 0], [0.5, 0.3, 0.2], k=60)
        found = wilson(sum(values), 60)
        held += found.low <= 0.65 <= found.high
    assert held / 2000 >= 0.95


def test_strata_are_weighted_and_one_stratum_is_itself():
    one = wilson(7, 10)
    same = joined([one], [1.0])
    assert (same.value, same.low, same.high) == pytest.approx((one.value, one.low, one.high))
    both = joined([Share(1.0, 0.8, 1.0), Share(0.5, 0.3, 0.7)], [0.75, 0.25])
    assert both.value == 0.875 and math.isclose(both.low, 0.875 - math.hypot(0.15, 0.05)) and both.high == 0.925


def test_the_joined_interval_holds_the_whole_as_often_as_it_says():
    draw, held = random.Random(0), 0
    for _ in range(2000):
        shares = [wilson(sum(draw.random() < p for _ in range(30)), 30) for p in (0.9, 0.4)]
        found = joined(shares, [0.8, 0.2])
        held += found.low <= 0.8 * 0.9 + 0.2 * 0.4 <= found.high
    assert 0.935 <= held / 2000 <= 0.975


def test_kappa_of_full_of_no_and_of_reversed_agreement():
    assert kappa([("right", "right"), ("wrong", "wrong")]) == 1
    assert kappa([("right", "right"), ("right", "wrong"), ("wrong", "right"), ("wrong", "wrong")]) == 0
    assert kappa([("right", "wrong"), ("wrong", "right")]) == -1
    assert kappa([("right", "right")] * 5) is None
