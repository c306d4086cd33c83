"""Presets: ours are whole and open with their command; a misspelt setting is told at once, with the nearest right one."""

import re

import pytest

from mkaudio.cli.preset import _folder, preset_names, read_preset, vae_preset, with_settings


def checked(sections, *settings):
    return vae_preset(with_settings(sections, settings), "--preset mine")


def test_ours_are_whole_and_open_with_command_cost_and_result():
    assert preset_names() == ["base", "tiny"]
    for name in preset_names():
        vae_preset(read_preset(name), name)
        head = (_folder() / f"{name}.toml").read_text("utf-8").split("\n\n")[0]
        assert head.startswith("# make train")
        for model in ("vae --data OUT --events EVENTS", f"ldm --data OUT --events EVENTS --vae runs/vae-{name}"):
            assert f"\n# mkaudio train {model} --preset {name}\n" in head
        assert re.search(r"^# Cost: +\S", head, re.MULTILINE) and re.search(r"^# Expected: +\S", head, re.MULTILINE)


def test_base_has_the_sizes_and_losses_of_the_paper():
    """Source: shared facts of the release; see the dataclasses, whose defaults they are."""
    preset = vae_preset(read_preset("base"), "base")
    assert preset.vae.block_channels == (128, 256, 256, 512)
    assert (preset.vae.layers_per_block, preset.vae.latent_channels, preset.vae.factor) == (2, 4, 8)
    assert (preset.vae_loss.kl_weight, preset.vae_loss.adversarial_start_step) == (1e-6, 50_001)
    assert (preset.vae_loss.adversarial_weight, preset.vae_loss.r1_weight) == (0.5, 5.0)
    assert preset.vae_loss.discriminator == "multi_window" and preset.vae_loss.windows_frames == (32, 64, 128)
    assert preset.vae_training.betas == (0.5, 0.9)
    assert preset.vae_training.learning_rate == pytest.approx(4.5e-6 * preset.vae_training.batch_size)


def test_a_setting_of_the_command_line_goes_before_the_preset():
    preset = checked(
        read_preset("tiny"), "vae_training.learning_rate=1e-4", "vae_loss.discriminator=patch", "stream.window_s=5"
    )
    assert preset.vae_training.learning_rate == 1e-4
    assert preset.vae_loss.discriminator == "patch"
    assert preset.stream.window_s == 5.0
    assert checked({"vae_training": {"max_steps": 1}}, "vae.block_channels=[8, 8]").vae.block_channels == (8, 8)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "vae_training.learnign_rate=1",
            r"--preset mine \[vae_training\]: no setting learnign_rate; did you mean learning_rate\?",
        ),
        ("vea.block_channels=[8]", r"no section \[vea\]; did you mean vae\?"),
        ("vae_training.max_steps=many", r"max_steps = 'many': give a whole number"),
        ("vae_training.max_steps=2.5", r"max_steps = 2.5: give a whole number"),
        ("vae_training.compile=1", r"compile = 1: give true or false"),
        ("vae.block_channels=8", r"block_channels = 8: give a list in brackets"),
        ("vae.block_channels=[8, 0.5]", r"block_channels = 0.5: give a whole number"),
        ("stream.val_share=1.5", r"\[stream\]: val_share = 1.5: give a share"),
        ("mel.f_max_hz=9000", r"\[mel\]: f_min_hz 0, f_max_hz 9000: from 0 up to half of sample_rate_hz, 8000"),
        ("max_steps=3", r"--set max_steps=3: write SECTION.NAME=VALUE"),
        ("vae_training.max_steps", r"write SECTION.NAME=VALUE"),
    ],
)
def test_what_is_wrong_is_told_with_where_and_what_to_give(setting, said):
    with pytest.raises(ValueError, match=said):
        checked({"vae_training": {"max_steps": 1}}, setting)


def test_a_setting_without_a_default_must_be_given():
    with pytest.raises(ValueError, match=r"--preset mine \[vae_training\]: 'max_steps' must be given"):
        checked({})


def test_a_file_of_ones_own_and_what_is_none(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text("[vae_training]\nmax_steps = 3\n")
    assert vae_preset(read_preset(str(own)), "own").vae_training.max_steps == 3
    own.write_text("max_steps = 3\n")
    with pytest.raises(ValueError, match="max_steps stands above all sections"):
        read_preset(str(own))
    own.write_text("[vae_training\n")
    with pytest.raises(ValueError, match="cannot be read"):
        read_preset(str(own))
    with pytest.raises(ValueError, match=r"--preset huge: there is base, tiny; or give your own file, NAME.toml"):
        read_preset("huge")
    with pytest.raises(ValueError, match="cannot be read"):
        read_preset("not_there.toml")
