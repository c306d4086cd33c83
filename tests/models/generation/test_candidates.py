"""Candidates of each prompt: made in groups, ranked apart."""

import numpy as np
import pytest

from mkaudio.models.generation.candidates import Candidate, candidates, ranked
from mkaudio.models.generation.seeds import candidate_seed

TEXTS = ["a dog", "rain", "a bell"]


class Made:
    """Sounds that hold the prompt's number and the seed; it remembers how many it was asked for."""

    def __init__(self):
        self.sizes = []

    def __call__(self, prompts, seeds):
        self.sizes.append(len(prompts))
        return np.array(
            [[prompt / 4, seed % 1000 / 1000] for prompt, seed in zip(prompts, seeds, strict=True)], np.float32
        )


def louder(sounds, text):
    return [float(sound[1]) for sound in sounds]


@pytest.mark.parametrize("batch_size", [1, 2, 4, 5, 12, 100])
def test_groups_change_nothing_but_the_number_of_forwards(batch_size):
    make = Made()
    found = list(candidates(make, TEXTS, 7, 4, batch_size))
    assert [[one.number for one in some] for some in found] == [[0, 1, 2, 3]] * 3
    for prompt, some in enumerate(found):
        for one in some:
            seed = candidate_seed(7, prompt, one.number)
            assert (
                one.seed == seed
                and one.sound.tolist() == [prompt / 4, np.float32(seed % 1000 / 1000)]
                and one.score is None
            )
    assert sum(make.sizes) == 12 and max(make.sizes) <= batch_size and len(make.sizes) == -(-12 // batch_size)


def test_a_candidate_is_the_same_however_many_there_are():
    few, many = (list(candidates(Made(), TEXTS, 7, n, 3)) for n in (2, 6))
    for some, more in zip(few, many, strict=True):
        assert [(one.seed, one.sound.tolist()) for one in some] == [(one.seed, one.sound.tolist()) for one in more[:2]]


def test_the_best_comes_first_with_its_score():
    for some in candidates(Made(), TEXTS, 7, 5, 4, louder):
        scores = [one.score for one in some]
        assert scores == sorted(scores, reverse=True) and sorted(one.number for one in some) == list(range(5))
        assert all(one.score == one.sound[1] for one in some)


def test_the_scorer_hears_one_prompt_and_its_sounds_alone():
    heard = []

    def scorer(sounds, text):
        heard.append((text, [4 * float(sound[0]) for sound in sounds]))
        return [0.0] * len(sounds)

    found = list(candidates(Made(), TEXTS, 7, 2, 100, scorer))
    assert heard == [("a dog", [0, 0]), ("rain", [1, 1]), ("a bell", [2, 2])]
    assert [one.number for one in found[0]] == [0, 1]  # ties


def test_the_scorer_hears_what_is_written():
    heard = []

    def loud(prompts, seeds):
        return np.array([[0.5, -2.0], [0.1, 0.2]], np.float32)

    def scorer(sounds, text):
        heard.extend(sound.tolist() for sound in sounds)
        return [1.0, 0.0]

    found = list(candidates(loud, ["a dog"], 0, 2, 2, scorer))
    assert heard == [[0.25, -1.0], [np.float32(0.1), np.float32(0.2)]] == [one.sound.tolist() for one in found[0]]


def test_sounds_are_made_when_they_are_asked_for():
    make = Made()
    made = candidates(make, TEXTS, 7, 2, 2)
    next(made)
    assert make.sizes == [2]


def test_what_makes_no_sense_is_refused():
    one = Candidate(0, 0, np.zeros(2, np.float32))
    for scores in ([1.0, 2.0], [float("nan")], []):
        with pytest.raises(ValueError, match="the scorer gave"):
            ranked([one], "a dog", lambda sounds, text, scores=scores: scores)
    for sizes in ((0, 1), (1, 0)):
        with pytest.raises(ValueError, match="at least 1"):
            list(candidates(Made(), TEXTS, 0, *sizes))
