from dataclasses import asdict

import pytest

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.recipe_file import read_recipe


def test_every_setting_can_be_given_and_has_its_kind(tmp_path):
    path = tmp_path / "recipe.toml"
    lines = (
        f"{name} = {list(value) if isinstance(value, tuple) else value}\n" for name, value in asdict(Recipe()).items()
    )
    path.write_text("# mine\n" + "".join(lines))
    settings = read_recipe(path)
    assert Recipe(**settings) == Recipe() and settings == asdict(Recipe())


def test_whole_numbers_do_for_all_and_leave_no_trace(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text("window_s = 5\nweights = [0, 1, 1]\nseed = 3\n")
    settings = read_recipe(path)
    assert settings == {"window_s": 5.0, "weights": (0.0, 1.0, 1.0), "seed": 3}
    assert Recipe(**settings).fingerprint == Recipe(window_s=5.0, weights=(0.0, 1.0, 1.0), seed=3).fingerprint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gap = [0.1, 0.2]", "no setting gap; did you mean gap_s"), ("zzz = 1", "no setting zzz; there is seed, "),
        ("gap_s = 0.1", "gap_s = 0.1: 2 numbers in brackets, as [0.1, 0.8]"),
        ("weights = [1, 1]", "weights = [1, 1]: 3 numbers"), ('gap_s = ["a", 1]', "2 numbers"),
        ("gap_s = [true, 1]", "2 numbers"), ("seed = 1.5", "seed = 1.5: a whole number, as 0"),
        ("channels = true", "channels = True: a whole number"), ('window_s = "10"', "window_s = '10': a number, as 10.0"),
        ("window_s =", "cannot be read"), ("[recipe]\nseed = 1", "no setting recipe"), (b"\xff = 1", "cannot be read"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_what_there_is(tmp_path, text, said):
    path = tmp_path / "recipe.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError) as found:
        read_recipe(path)
    assert said in str(found.value) and str(path) in str(found.value)
    with pytest.raises(ValueError, match="cannot be read"):
        read_recipe(tmp_path / "none.toml")
