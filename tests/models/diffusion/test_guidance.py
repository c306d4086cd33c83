"""Guidance by hand, and how often the network is asked for it."""

import pytest
import torch
from ldm_fakes import FakeContext, Words

from mkaudio.models.diffusion.guidance import guided


class Asked:
    """Says the mean of a row's tokens that are heard, times its latents, plus its timestep."""

    def __init__(self):
        self.rows = []

    def __call__(self, noisy, timesteps, context):
        self.rows.append(len(noisy))
        assert len(noisy) == len(timesteps) == len(context.context) == len(context.mask)
        return weights(context)[:, None, None, None] * noisy + timesteps[:, None, None, None]


def weights(context):
    return (context.context * context.mask[..., None]).sum(dim=(1, 2)).detach() / context.mask.sum(dim=1)


X, T = torch.randn(2, 4, 2, 3, generator=torch.Generator().manual_seed(0)), torch.tensor([5, 7])


@pytest.mark.parametrize(("guidance", "rows"), [(1.0, [2]), (0.0, [2]), (3.0, [4]), (0.5, [4]), (-1.0, [4])])
def test_it_is_what_ho_and_salimans_say(guidance, rows):
    words, asked = Words(), Asked()
    context, empty = words(["a dog", "rain falls loud"]), words([""])
    made = guided(asked, context, empty, guidance)(X, T)
    assert asked.rows == rows
    (without,), own = weights(empty), weights(context)
    for row in range(2):
        wanted = without + guidance * (own[row] - without)
        assert torch.allclose(made[row], wanted * X[row] + T[row], atol=1e-4)


def test_guidance_1_is_the_conditional_model_to_the_bit():
    words, asked = Words(), Asked()
    context = words(["a dog", "rain"])
    assert torch.equal(guided(asked, context, words([""]), 1.0)(X, T), asked(X, T, context))


@pytest.mark.parametrize("tokens", [1, 6, 9])
def test_an_image_of_one_token_goes_beside_an_empty_text(tokens):
    context = FakeContext(torch.ones(2, tokens, 8), torch.ones(2, tokens, dtype=torch.bool))
    empty = Words()([""])
    made, without = guided(Asked(), context, empty, 2.0)(X, T), float(weights(empty)[0])
    assert torch.allclose(made[0], (without + 2 * (8 - without)) * X[0] + 5, atol=1e-3)
