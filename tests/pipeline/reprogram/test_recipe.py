from dataclasses import asdict, replace

import pytest

from mkaudio.pipeline.reprogram import Recipe


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sample_rate_hz": 1_000}, "--rate 1000"), ({"channels": 3}, "channels 3"), ({"window_s": 0.0}, "--window-s 0"),
        ({"weights": (1.0, 1.0)}, "three weights"), ({"weights": (0.0, 0.0, 0.0)}, "three weights"),
        ({"weights": (1.0, -1.0, 0.0)}, "three weights"), ({"gap_s": (0.5, 0.1)}, "gap_s 0.5 to 0.1"),
        ({"gap_s": (-0.1, 0.1)}, "not negative"), ({"cross_fade_share": 1.5}, "a share from 0 to 1"),
        ({"over_snr_db": (float("nan"), 1.0)}, "over_snr_db nan"), ({"min_part_s": 2.0}, "min_part_s 2"),
        ({"seed": 1 << 63}, "at most 64 bits"), ({"cut_fade_s": float("inf")}, "no fade is longer than a window"),
        ({"level_db": (-4.0, 200.0)}, "level_db -4 to 200: from -100"), ({"under_snr_db": (-101.0, 0.0)}, "under_snr_db -101"),
        ({"cut_fade_s": -0.1}, "not negative"), ({"cross_fade_share": float("nan")}, "a share from 0 to 1"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_by_name(wrong, said):
    with pytest.raises(ValueError, match=said):
        Recipe(**wrong)


def test_the_same_numbers_are_the_same_recipe():
    one = Recipe(sample_rate_hz=16_000.0, window_s=10, weights=[1, 1, 1], gap_s=[0.1, 0.8])
    assert one == Recipe() and one.fingerprint == Recipe().fingerprint and hash(one) == hash(Recipe())
    for wrong in (
        {"sample_rate_hz": 16_000.5},
        {"seed": "a"},
        {"seed": float("inf")},
        {"weights": 1.0},
        {"window_s": None},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Recipe(**wrong)


def test_every_setting_is_in_the_fingerprint():
    others = {
        replace(
            Recipe(), **{name: tuple(one + 0.001 for one in value) if isinstance(value, tuple) else value + 0.001}
        ).fingerprint
        for name, value in asdict(Recipe()).items()
        if name not in {"channels", "sample_rate_hz", "seed"}
    }
    others |= {Recipe(channels=2).fingerprint, Recipe(sample_rate_hz=8_000).fingerprint, Recipe(seed=1).fingerprint}
    assert len(others | {Recipe().fingerprint}) == len(asdict(Recipe())) + 1
