"""Draws are a function of (seed, step, purpose, name, row): not of the other rows, the process or the global generator."""

import itertools

import pytest
import torch

from mkaudio.models.training.draw import StepDraw

WHOLE = StepDraw(3, 5, range(8))


@pytest.mark.parametrize("rows", [range(8), range(4), range(4, 8), range(7, 8), range(2, 8, 2)])
def test_a_row_draws_the_same_in_any_company(rows):
    draw = StepDraw(3, 5, rows)
    assert torch.equal(draw.normal("noise", (2, 3)), WHOLE.normal("noise", (2, 3))[list(rows)])
    assert torch.equal(draw.integers("start", 1000), WHOLE.integers("start", 1000)[list(rows)])
    assert torch.equal(torch.rand(4, generator=draw.shared("w")), torch.rand(4, generator=WHOLE.shared("w")))


def test_a_part_has_the_draws_of_its_rows():
    part = WHOLE.part(slice(2, 6)).part(slice(1, 3))
    assert part.rows == range(3, 5)
    assert torch.equal(part.normal("noise", ()), WHOLE.normal("noise", ())[3:5])
    assert len(WHOLE.part(slice(0, 0)).normal("noise", (2,))) == 0


def test_seed_step_purpose_and_name_each_make_other_draws():
    found = [
        StepDraw(seed, step, range(2), purpose).normal(name, (4,))
        for seed, step, purpose, name in itertools.product((0, 1), (1, 2), ("train", "validate"), ("a", "b"))
    ]
    rows = torch.cat(found)
    assert len(torch.unique(rows, dim=0)) == len(rows) == 32


def test_the_global_generator_is_neither_read_nor_moved():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = WHOLE.normal("noise", (3,)), WHOLE.integers("start", 9), torch.rand(2, generator=WHOLE.shared("w"))
    assert torch.equal(before, torch.get_rng_state())
    torch.manual_seed(2)
    again = WHOLE.normal("noise", (3,)), WHOLE.integers("start", 9), torch.rand(2, generator=WHOLE.shared("w"))
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))


def test_normal_draws_are_normal_and_integers_even():
    draw = StepDraw(0, 1, range(400))
    noise = draw.normal("noise", (50,)).double()
    assert abs(noise.mean()) < 4 / 20_000**0.5 and abs(noise.var() - 1) < 4 * (2 / 20_000) ** 0.5
    assert abs(torch.corrcoef(noise.T) - torch.eye(50)).max() < 5 / 400**0.5
    counts = torch.bincount(draw.integers("start", 4), minlength=4)
    assert len(counts) == 4 and abs(counts - 100).max() < 5 * (400 * 0.25 * 0.75) ** 0.5


def test_each_row_has_its_own_limit():
    highs = [1, 2, 3, 1, 5, 1, 7, 1]
    drawn = torch.stack([StepDraw(0, step, range(8)).integers("start", highs) for step in range(60)])
    assert drawn.max(dim=0).values.tolist() == [high - 1 for high in highs] and drawn.min() == 0


@pytest.mark.parametrize("high", [0, [1] * 7, [1] * 7 + [0]])
def test_nothing_to_draw_from_is_refused(high):
    with pytest.raises(ValueError, match="start: high"):
        WHOLE.integers("start", high)
