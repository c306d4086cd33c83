"""How many of a class are kept, and which: one of every source first, then the surest; equals by lot."""

from collections import Counter
from types import SimpleNamespace

import pytest

from mkaudio.pipeline.events.choose import choose, most_of_a_class, preference
from mkaudio.pipeline.events.settings import EventSettings


def event(label, confidence=0.0, origin=None, named_by="ear", rate_hz=44_100, number=0):
    return SimpleNamespace(
        label=label,
        single=SimpleNamespace(confidence=confidence, named_by=named_by),
        source_rate_hz=rate_hz,
        source_sha256=f"{number:064x}",
        origin=origin or f"{label}{number}",
        trimmed=SimpleNamespace(start_s=0.0),
    )


def kept(found, **settings):
    return choose(found, EventSettings(**settings))


def test_all_are_kept_by_label_and_then_in_order():
    found = [event("Dog"), event("Cat"), event("Dog"), event("Bird")]
    assert kept(found) == [3, 1, 0, 2]


def test_the_surest_of_a_class_stay_and_labels_go_before_the_ear():
    found = [event("Dog", 0.7), event("Dog", 0.9), event("Dog", 0.1, named_by="label"), event("Dog", 0.8)]
    assert kept(found, max_per_class=2) == [1, 2]


def test_one_of_every_source_comes_before_a_second():
    found = [event("Rain", 0.99, "long.wav"), event("Rain", 0.98, "long.wav"), event("Rain", 0.7, "other.wav")]
    assert kept(found, max_per_class=2) == [0, 2]


@pytest.mark.parametrize(
    ("counts", "settings", "most"),
    [
        ([1, 3, 10], {}, 10),
        ([1, 3, 10], {"balance": True}, 5),
        ([1, 3, 10], {"balance": True, "max_per_class": 2}, 2),
        ([3, 3], {"balance": True}, 3),
        ([], {"balance": True}, 0),
    ],
)
def test_balance_takes_an_even_share(counts, settings, most):
    assert most_of_a_class(counts, EventSettings(**settings)) == most


def test_a_balanced_database_has_equal_classes_and_all_of_the_rare_ones():
    found = [event(label, number=n) for label, count in (("A", 6), ("B", 4), ("C", 4), ("D", 2)) for n in range(count)]
    numbers = kept(found, balance=True)
    assert Counter(found[number].label for number in numbers) == {"A": 4, "B": 4, "C": 4, "D": 2}


def test_the_lot_falls_by_seed_and_not_by_order():
    found = [event("Dog", number=number) for number in range(20)]
    first = {found[number].origin for number in kept(found, max_per_class=5, seed=1)}
    assert first == {found[::-1][number].origin for number in kept(found[::-1], max_per_class=5, seed=1)}
    assert first != {found[number].origin for number in kept(found, max_per_class=5, seed=2)}


def test_of_copies_the_labelled_one_at_the_highest_rate_is_preferred():
    found = [
        event("Dog", 0.9), event("Dog", 0.9, named_by="label", rate_hz=8_000), event("Dog", named_by="label"), event("Dog", 0.8),
    ]  # fmt: skip
    assert preference(found) == [2, 1, 0, 3]
