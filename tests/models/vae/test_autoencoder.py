"""The autoencoder has the release's size and shapes, and weights that depend on their seed alone."""

import pytest
import torch

from mkaudio.models.vae.autoencoder import build_autoencoder, norm_groups
from mkaudio.models.vae.config import VaeConfig

TINY = VaeConfig((8, 8, 16, 16), 1)
WIDTHS = ((8, 16), (6, 10), (12, 24, 48), (64, 96), (1,), (30, 45))


def n_parameters(module):
    return sum(one.numel() for one in module.parameters())


@pytest.mark.slow  # as all here that build one: the import of diffusers takes seconds, and test_training.py has it anyway
def test_both_axes_shrink_by_the_factor_and_come_back():
    for levels in (1, 2, 4):
        config = VaeConfig((8,) * levels, 1, latent_channels=3)
        autoencoder = build_autoencoder(config)
        latent = autoencoder.encode(torch.zeros(2, 1, 16, 24)).latent_dist.mean
        assert latent.shape == (2, 3, 16 // config.factor, 24 // config.factor)
        assert autoencoder.decode(latent).sample.shape == (2, 1, 16, 24)


@pytest.mark.slow
def test_weights_are_those_of_the_seed_and_nobodys_random_numbers_change():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, same, other = (build_autoencoder(TINY, seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["encoder.conv_in.weight"], other["encoder.conv_in.weight"])


def test_norm_groups_divide_every_width_and_are_wider_than_a_channel():
    assert norm_groups((128, 256, 256, 512)) == 32
    for channels in WIDTHS:
        groups = norm_groups(channels)
        assert all(one % groups == 0 for one in channels)
        assert groups == 1 or min(channels) // groups >= 4


@pytest.mark.slow
@pytest.mark.parametrize("channels", WIDTHS)
def test_any_widths_make_a_network(channels):
    build_autoencoder(VaeConfig(channels, 1))


@pytest.mark.slow
def test_base_is_the_release():
    """62.4 million parameters, 1x80x624 to 4x10x78. Source: Make-An-Audio's release, counted."""
    autoencoder = build_autoencoder(VaeConfig())
    assert n_parameters(autoencoder) == 62_407_397
    with torch.no_grad():
        assert autoencoder.encode(torch.zeros(1, 1, 80, 624)).latent_dist.mean.shape == (1, 4, 10, 78)
