import pytest

from mkaudio.prompts import is_a
from mkaudio.prompts.scenes import background_pairs, front_pairs, load_scenes, parse_scenes


def test_pairs_stand_in_one_scene_and_once():
    for pairs, parts in ((front_pairs, ("front", "front")), (background_pairs, ("front", "behind"))):
        found = list(pairs())
        assert len(found) == len(set(found)) > 100
        for one, other in found:
            assert any(one in scene[parts[0]] and other in scene[parts[1]] for scene in load_scenes().values())
            assert not (is_a(one, other) or is_a(other, one))


def test_orders_come_both_ways():
    assert {pair[::-1] for pair in front_pairs()} == set(front_pairs())


@pytest.mark.parametrize("name", ["Barkk", "Animal", "Fire"])
def test_a_class_that_no_caption_may_claim_is_refused(name):
    with pytest.raises(ValueError, match=r"farm.*no class that a caption may claim"):
        parse_scenes({"farm": {"front": ["Moo", name], "behind": []}})


def test_a_misspelt_part_is_refused():
    with pytest.raises(ValueError, match="needed front and behind"):
        parse_scenes({"farm": {"front": [], "behnd": []}})
