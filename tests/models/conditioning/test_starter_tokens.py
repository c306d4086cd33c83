"""The starter's tokens: their mean is the starter's vector, to the last bit."""

import numpy as np
import pytest
import torch

from mkaudio.models.conditioning.check import check_conditioner
from mkaudio.models.conditioning.load import load_conditioner
from mkaudio.models.conditioning.starter_tokens import load_starter_tokens
from mkaudio.models.starter.minilm import MiniLM

TEXTS = ["a dog barks", "", "footsteps, then thunder, while someone far away is closing an old door", "Violin."]


@pytest.fixture(scope="module")
def reader(starter):
    return MiniLM(starter / "minilm")


@pytest.fixture(scope="module")
def tokens(starter):
    return load_starter_tokens(starter)


def test_the_mean_over_tokens_is_the_vector_of_the_text(reader, tokens):
    found = tokens(TEXTS)
    assert found.context.shape == (4, 77, 384) and found.mask.sum(1).min() == 2
    for text, states, mask in zip(TEXTS, found.context, found.mask, strict=True):
        mean = torch.nn.functional.normalize(states[mask].mean(0), dim=0).numpy()
        assert mean.tobytes() == reader.embed([text])[0].tobytes()
        assert not states[~mask].any()


def test_bits_of_the_starter_depend_on_the_text_alone(tokens):
    together = tokens(TEXTS).context
    assert torch.equal(together, tokens([*TEXTS[::-1], "rain"]).context[:-1].flip(0))
    assert all(torch.equal(together[row], tokens([text]).context[0]) for row, text in enumerate(TEXTS))


@pytest.mark.slow
def test_the_starter_in_batches_is_the_starter_alone(tokens, monkeypatch):
    from mkaudio.models.conditioning import token_states

    alone = tokens(TEXTS)
    run = token_states.run_texts
    monkeypatch.setattr(token_states, "run_texts", lambda *arguments: run(*arguments, n_rows=4))
    batch = tokens(TEXTS)
    assert torch.equal(alone.mask, batch.mask)
    np.testing.assert_allclose(batch.context, alone.context, atol=1e-5)


@pytest.mark.slow
def test_a_long_text_keeps_its_end(starter, reader):
    short = load_starter_tokens(starter, n_tokens=6)
    found = short(["rain falls on a tin roof in the night", "rain"])
    assert found.mask.sum(1).tolist() == [6, 3]
    assert short.encode("rain falls on a tin roof in the night")[-1] == short.encode("rain")[-1]
    assert short.tokens_read("rain falls on a tin roof in the night") == (6, 11) and short.tokens_read("rain") == (3, 3)
    assert short.tokens_read("rain " * 300) == (6, 302)
    assert reader.token_ids("rain " * 300, 256) == reader.token_ids("rain " * 254, 256)


@pytest.mark.slow
def test_the_starter_is_the_default_by_name(starter, tokens):
    named = load_conditioner("starter")
    assert (named.name, named.width, named.fingerprint) == ("starter", 384, tokens.fingerprint)
    assert load_conditioner("starter", n_tokens=32).fingerprint != named.fingerprint


@pytest.mark.parametrize("n_tokens", [2, 257])
def test_tokens_out_of_reach_are_refused(n_tokens):
    with pytest.raises(ValueError, match=f"n_tokens: {n_tokens}: the starter reads 3 to 256"):
        check_conditioner("starter", n_tokens)
