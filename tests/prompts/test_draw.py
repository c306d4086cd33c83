from collections import Counter

import pytest

from mkaudio.prompts.draw import draw, uniform


def test_the_draw_is_that_of_every_machine():
    assert [draw("abcd", seed, "Dog") for seed in range(12)] == list("cadccddcabbc")


def test_every_option_is_drawn_about_as_often():
    counts = Counter(draw("abc", seed, "Dog") for seed in range(3000))
    assert set(counts) == set("abc") and all(900 < count < 1100 for count in counts.values())


def test_draws_about_different_things_do_not_hang_together():
    pairs = Counter((draw("ab", seed, "Dog"), draw("ab", seed, "Cat")) for seed in range(2000))
    assert len(pairs) == 4 and all(400 < count < 600 for count in pairs.values())


def test_no_option_is_a_mistake():
    with pytest.raises(ValueError, match="'Dog'"):
        draw([], 1, "Dog")


def test_uniform_draws_fill_the_interval_evenly_and_hang_on_nothing_but_seed_and_name():
    drawn = [uniform(seed, "gap") for seed in range(2_000)]
    assert all(0 <= one < 1 for one in drawn) and len(set(drawn)) == 2_000
    assert all(abs(sum(low <= one < low + 0.1 for one in drawn) - 200) < 60 for low in (0.0, 0.3, 0.9))
    assert uniform(7, "gap") == drawn[7] != uniform(7, "level")
    other = [uniform(seed, "level") for seed in range(2_000)]
    mean = sum((one - 0.5) * (two - 0.5) for one, two in zip(drawn, other, strict=True)) / 2_000
    assert abs(mean) < 0.01
