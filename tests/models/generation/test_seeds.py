"""Seeds of candidates, and the draws of rows."""

import torch

from mkaudio.models.generation.seeds import SeededRows, candidate_seed


def test_each_candidate_of_each_prompt_has_a_seed_of_its_own():
    seeds = {candidate_seed(seed, prompt, number) for seed in (0, 1) for prompt in range(20) for number in range(20)}
    assert len(seeds) == 800 and all(0 <= seed < 2**32 for seed in seeds)


def test_the_seed_that_a_file_names_makes_its_sound_again():
    named = candidate_seed(5, 3, 2)
    assert candidate_seed(named, 0, 0) == named


def test_a_row_is_drawn_by_its_seed_alone():
    many, one = SeededRows([4, 9, 4]), SeededRows([9])
    drawn = many.normal("start", (2, 3, 5))
    assert drawn.shape == (3, 2, 3, 5) and torch.equal(drawn[1:2], one.normal("start", (2, 3, 5)))
    assert torch.equal(drawn[0], drawn[2]) and not torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[1], one.normal("timestep 9", (2, 3, 5))[0])
