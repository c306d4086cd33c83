"""The denoiser's sizes against the paper's, its shapes, and what it may and may not depend on."""

from dataclasses import replace

import pytest
import torch
from ldm_fakes import Words

from mkaudio.models.diffusion.config import LdmConfig
from mkaudio.models.diffusion.denoiser import Denoiser

SMALL = LdmConfig((8, 16), 1, 2, 8)


@pytest.fixture(scope="module")
def small():
    """A small one whose branches say something, as after some training."""
    denoiser = Denoiser(SMALL, 4, 8)
    torch.manual_seed(1)
    for one in denoiser.parameters():
        if not one.any():
            torch.nn.init.normal_(one, std=0.3)
    return denoiser.eval().requires_grad_(False)


def latents(rows=2, height=4, width=6):
    return torch.randn(rows, 4, height, width, generator=torch.Generator().manual_seed(0))


T = torch.tensor([10, 900])


@pytest.mark.slow
def test_base_is_the_papers():
    denoiser = Denoiser(LdmConfig(), 4, 512)
    sizes = {name: sum(one.numel() for one in part.parameters()) for name, part in denoiser.named_children()}
    assert sizes == {"projection": 512 * 1024 + 1024, "unet": 160_223_684}  # FACTS: 160.22 M
    attentions = [part for name, part in denoiser.unet.named_modules() if name.endswith(("attn1", "attn2"))]
    assert len(attentions) == 2 * (2 * 2 + 1 + 2 * 3) and all(one.heads == 8 for one in attentions)


def test_attention_may_be_left_to_the_deeper_levels(small):
    deep = Denoiser(LdmConfig((8, 16), 1, 2, 8, 1), 4, 8)
    for denoiser, wanted in ((small, {"0", "1"}), (deep, {"1"})):
        names = [name for name, _ in denoiser.unet.down_blocks.named_modules() if name.endswith("attn2")]
        assert {name.split(".")[0] for name in names} == wanted
    assert deep(latents(2, 5, 7), T, Words()(["a dog", ""])).shape == (2, 4, 5, 7)


def test_it_begins_with_nothing_and_its_seed_decides_it():
    made = [Denoiser(SMALL, 4, 8, seed) for seed in (0, 0, 1)]
    first, same, other = (one.state_dict() for one in made)
    assert all(torch.equal(one, same[name]) for name, one in first.items())
    assert any(not torch.equal(one, other[name]) for name, one in first.items())
    with torch.no_grad():
        assert not made[0](latents(), T, Words()(["a", "b"])).any()
    state = torch.get_rng_state()
    Denoiser(SMALL, 4, 8)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(("height", "width"), [(4, 6), (5, 7), (1, 1), (4, 7)])
def test_any_size_goes_in_and_comes_out(small, height, width):
    assert small(latents(2, height, width), T, Words()(["a dog", ""])).shape == (2, 4, height, width)


def test_a_row_depends_on_its_own_prompt_and_timestep_alone(small):
    x = latents()
    both = small(x, T, Words()(["a dog", "rain"]))
    assert not torch.allclose(both[0], small(x, T, Words()(["a cat", "rain"]))[0], atol=1e-3)
    assert not torch.allclose(both[0], small(x, T.flip(0), Words()(["a dog", "rain"]))[0], atol=1e-3)
    for row, prompt in enumerate(["a dog", "rain"]):
        alone = small(x[row : row + 1], T[row : row + 1], Words()([prompt]))
        assert torch.allclose(alone[0], both[row], atol=1e-5)


def test_tokens_that_are_masked_are_not_heard(small):
    context = Words()(["a dog", ""])
    noise = torch.randn(context.context.shape) * ~context.mask[..., None]
    other = replace(context, context=context.context + 100 * noise)
    assert torch.allclose(small(latents(), T, context), small(latents(), T, other), atol=1e-5)
    louder = replace(context, context=context.context + context.mask[..., None])
    assert not torch.allclose(small(latents(), T, context), small(latents(), T, louder), atol=1e-3)


def test_bfloat16_says_nearly_the_same(small):
    context = Words()(["a dog", ""])
    exact = small(latents(), T, context)
    with torch.autocast("cpu", torch.bfloat16):
        made = small(latents(), T, context)
    assert (made.float() - exact).norm() < 0.05 * exact.norm()
