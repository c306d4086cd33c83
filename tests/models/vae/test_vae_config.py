"""Settings that make no sense are refused where they are made, by name, value and what is possible."""

import pytest

from mkaudio.models.vae.config import VaeConfig, VaeLossConfig


def test_every_level_below_the_first_halves_both_axes():
    assert [VaeConfig((8,) * levels).factor for levels in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert VaeConfig().factor == 8


def test_a_list_is_the_same_configuration_as_a_tuple():
    assert VaeConfig([8, 16]) == VaeConfig((8, 16)) and hash(VaeConfig([8, 16])) == hash(VaeConfig((8, 16)))
    assert VaeLossConfig(windows_frames=[32]) == VaeLossConfig(windows_frames=(32,))


@pytest.mark.parametrize(
    ("kind", "setting", "value"),
    [
        (VaeConfig, "block_channels", ()),
        (VaeConfig, "block_channels", (8, 0)),
        (VaeConfig, "layers_per_block", 0),
        (VaeConfig, "latent_channels", 0),
        (VaeLossConfig, "discriminator", "multi-window"),
        (VaeLossConfig, "adversarial_start_step", -1),
        (VaeLossConfig, "kl_weight", -1e-6),
        (VaeLossConfig, "adversarial_weight", float("nan")),
        (VaeLossConfig, "r1_weight", float("inf")),
        (VaeLossConfig, "log_variance", float("nan")),
        (VaeLossConfig, "discriminator_channels", 0),
        (VaeLossConfig, "windows_frames", ()),
        (VaeLossConfig, "windows_frames", (32, 7)),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(kind, setting, value):
    with pytest.raises(ValueError, match=setting) as error:
        kind(**{setting: value})
    assert str(value) in str(error.value) or repr(value) in str(error.value)
