import pytest
from composing import RATE_HZ, base

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.room import Cutting
from mkaudio.prompts import Layout

RAIN = base(10.0, "Rain falls.", [("Rain", 0.0, 10.0)])
UNKNOWN = base(10.0, "A zither is played.", [])


def test_what_is_given_to_the_parts_fits_into_the_window_and_each_gets_enough():
    recipe = Recipe()
    for clip in (RAIN, base(3.0), base(6.0, "A dog barks.", [("Bark", 2.0, 3.0)])):
        for layout in (one for one in Layout if one.n_events):
            cutting = Cutting(clip, recipe)
            if not cutting.fits(layout):
                continue
            for seed in range(40):
                room = cutting.room(layout, seed)
                gaps = sum(joint.gap for joint in room.joints)
                assert room.clip_frames + sum(room.cuts.values()) + gaps <= max(recipe.window_frames, 10 * RATE_HZ)
                assert all(1.5 * RATE_HZ - 1 <= cut <= 5.0 * RATE_HZ for cut in room.cuts.values())
                assert room.clip_frames >= min(clip.n_frames, RATE_HZ)
                assert len(room.joints) == len(layout.in_turn) - 1
                uncut = room.clip_frames == clip.n_frames
                assert uncut == (room.clip_is_cut == (False, False) and room.clip_source_frame == 0)


def test_a_clip_of_which_nothing_can_be_cut_takes_only_what_is_heard_at_once():
    fitting = {layout for layout in Layout if Cutting(UNKNOWN, Recipe()).fits(layout)}
    assert fitting == {Layout.ALONE, Layout.A_OVER_X, Layout.A_UNDER_X}


def test_a_clip_is_a_background_only_where_it_lasts():
    assert Cutting(RAIN, Recipe()).fits(Layout.X_UNDER_A)
    brief = base(10.0, "Rain falls.", [("Rain", 0.0, 5.0)])
    bark = base(10.0, "A dog barks.", [("Bark", 0.0, 10.0)])
    assert not any(Cutting(clip, Recipe()).fits(Layout.X_UNDER_A) for clip in (brief, bark, UNKNOWN))


def test_a_crumb_of_a_clip_has_nothing_laid_on_it():
    crumb = Cutting(base(0.5), Recipe())
    assert crumb.fits(Layout.A_X) and not crumb.fits(Layout.A_OVER_X) and not crumb.fits(Layout.A_UNDER_X)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_joints_are_gaps_or_cross_fades(share):
    recipe = Recipe(cross_fade_share=share)
    joints = [joint for seed in range(50) for joint in Cutting(base(), recipe).room(Layout.A_X_B, seed).joints]
    low_s, high_s = recipe.cross_fade_s if share else recipe.gap_s
    lengths = [joint.cross_fade if share else joint.gap for joint in joints]
    assert all(low_s * RATE_HZ - 1 <= length <= high_s * RATE_HZ + 1 for length in lengths)
    assert all((joint.gap if share else joint.cross_fade) == 0 for joint in joints) and len(set(lengths)) > 80


def test_an_event_over_a_clip_begins_while_something_that_the_prompt_names_is_heard():
    barks, recipe = [("Bark", 2.0, 3.0), ("Bark", 6.0, 8.0), ("Rain", 0.0, 10.0)], Recipe()
    room = Cutting(base(10.0, "A dog barks.", barks), recipe).room(Layout.A_OVER_X, 1)
    assert room.over_starts == ((2 * RATE_HZ, 2 * RATE_HZ), (6 * RATE_HZ, 7 * RATE_HZ))
    assert Cutting(UNKNOWN, recipe).room(Layout.A_OVER_X, 1).over_starts == ((0, 9 * RATE_HZ),)
    late = base(10.0, "A dog barks.", [("Bark", 9.5, 10.0)])  # nothing is left there for an event to be heard in
    assert Cutting(late, recipe).room(Layout.A_OVER_X, 1).over_starts == ()
    once = Cutting(base(10.0, "A dog barks.", barks[1:]), recipe)
    for seed in range(20):
        room = once.room(Layout.A_THEN_B_OVER_X, seed)
        cut_s = room.clip_source_frame / RATE_HZ
        for first, last in room.over_starts:
            assert cut_s + first / RATE_HZ + 1e-3 >= 6.0 and cut_s + last / RATE_HZ <= 8.0
            assert 0 <= first <= last <= room.clip_frames - RATE_HZ
