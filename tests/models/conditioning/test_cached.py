"""A cache changes no bit and asks once a text."""

import pytest
import torch

from mkaudio.models.conditioning.cached import CachedConditioner
from mkaudio.models.conditioning.conditioner import Context


class Counting:
    name, width, n_tokens, fingerprint = "counting", 5, 4, "abc"

    def __init__(self):
        self.asked = []

    def tokens_read(self, prompt):
        return 4, len(prompt)

    def __call__(self, prompts):
        self.asked += prompts
        mask = torch.arange(4) < torch.tensor([min(4, len(prompt) + 1) for prompt in prompts]).reshape(-1, 1)
        draws = [
            torch.randn(4, 5, generator=torch.Generator().manual_seed(len(p) + ord(p[0]) if p else 0)) for p in prompts
        ]
        states = torch.stack(draws) if draws else torch.zeros(0, 4, 5)
        return Context(states * mask[..., None], mask)


@pytest.mark.parametrize("calls", [[["rain", "", "dog", "rain"], ["dog", "wind", ""]], [[], ["a"], []]])
def test_gives_the_bits_of_what_it_remembers(calls):
    counting, cached = Counting(), CachedConditioner(Counting())
    for prompts in calls:
        expected, found = counting(prompts), cached(prompts)
        assert torch.equal(found.context, expected.context) and torch.equal(found.mask, expected.mask)
        assert found.context.dtype == torch.float32
    assert (cached.name, cached.width, cached.n_tokens, cached.fingerprint) == ("counting", 5, 4, "abc")
    assert cached.tokens_read("a dog") == (4, 5)


def test_a_text_is_read_once():
    inner = Counting()
    cached = CachedConditioner(inner)
    for prompts in (["rain", "dog", "rain"], ["dog", ""], ["", "rain"]):
        cached(prompts)
    assert inner.asked == ["rain", "dog", ""]


def test_what_a_caller_does_to_an_answer_changes_nothing():
    cached = CachedConditioner(Counting())
    first = cached(["rain"]).context
    kept = first.clone()
    first.zero_()
    assert torch.equal(cached(["rain"]).context, kept)


def test_those_not_asked_for_the_longest_go_first():
    inner = Counting()
    cached = CachedConditioner(inner, most_prompts=2)
    for prompts in (["a"], ["b"], ["a"], ["c"], ["a"], ["b"]):
        cached(prompts)
    assert inner.asked == ["a", "b", "c", "b"]


def test_a_call_may_be_larger_than_the_cache():
    prompts = ["one", "two", "six", "four", "one"]
    cached = CachedConditioner(Counting(), most_prompts=2)
    assert torch.equal(cached(prompts).context, Counting()(prompts).context)
    assert len(cached._read) == 2


def test_a_cache_of_nothing_is_refused():
    with pytest.raises(ValueError, match="most_prompts: 0"):
        CachedConditioner(Counting(), most_prompts=0)
