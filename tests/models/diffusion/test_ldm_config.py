"""Sizes and losses that make no sense are refused by name; lists of TOML become tuples."""

import pytest

from mkaudio.models.diffusion.config import LdmConfig, LdmLossConfig


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"block_channels": ()}, "block_channels"),
        ({"block_channels": (320, 0)}, "block_channels"),
        ({"block_channels": (320, 644)}, "644 is odd or no multiple of attention_heads, 8"),
        ({"block_channels": (3,), "attention_heads": 1}, "3 is odd"),
        ({"attention_from_level": 2}, "attention_from_level 2: a level, from 0 to 1"),
        ({"layers_per_block": 0}, "layers_per_block 0: at least 1"),
        ({"attention_heads": 0}, "attention_heads 0: at least 1"),
        ({"context_width": 0}, "context_width 0: at least 1"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        LdmConfig(**settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"prediction": "sample"}, "prediction 'sample': one of epsilon, v_prediction"),
        ({"n_timesteps": 1}, "n_timesteps 1"),
        ({"beta_start": 0.0}, "beta_start 0"),
        ({"beta_start": 0.02}, "0 < start <= end < 1"),
        ({"beta_end": 1.0}, "0 < start <= end < 1"),
        ({"drop_prompt": 1.5}, "drop_prompt 1.5"),
        ({"drop_prompt": float("nan")}, "drop_prompt nan"),
    ],
)
def test_losses_that_make_no_sense_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        LdmLossConfig(**settings)


def test_a_list_becomes_a_tuple_and_the_factor_follows():
    assert LdmConfig([64, 64, 128]).block_channels == (64, 64, 128)
    assert [LdmConfig((64,) * levels).factor for levels in (1, 2, 3)] == [1, 2, 4]
