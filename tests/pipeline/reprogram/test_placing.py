from composing import RATE_HZ

from mkaudio.pipeline.reprogram import Recipe
from mkaudio.pipeline.reprogram.placing import places_of
from mkaudio.pipeline.reprogram.room import Joint, Room
from mkaudio.prompts import Layout


def room(*joints, clip=32_000, cut=(False, False), over_starts=None, **cuts):
    return Room(0, clip, cut, cuts, joints, over_starts or ((0, clip - RATE_HZ),))


def by_letter(places):
    return {place.letter: place for place in places}


def test_parts_that_follow_each_other_keep_their_gap_or_cross():
    given = room(Joint(gap=800), Joint(cross_fade=1_600), A=20_000, B=20_000)
    places = by_letter(places_of(Layout.A_X_B, given, {"A": 10_000, "B": 50_000}, Recipe(), 1))
    a, x, b = places["A"], places["X"], places["B"]
    assert (a.at, a.n_frames, x.at) == (0, 10_000, 10_800)
    assert b.at == x.end - 1_600 and x.fade_out == b.fade_in == 1_600
    assert b.n_frames == 20_000 and b.fade_out == round(0.02 * RATE_HZ) and a.fade_out == a.fade_in == 0


def test_how_two_parts_cross_depends_on_the_first_alone():
    given = room(Joint(cross_fade=4_000), A=80_000)
    for n_frames in (500, 30_000):
        x, a = places_of(Layout.X_A, given, {"A": n_frames}, Recipe(), 1)
        assert x.fade_out == 4_000 and a.at == x.end - 4_000 and a.fade_in == min(4_000, n_frames)
    short = room(Joint(cross_fade=4_000), clip=8_000, A=80_000)
    assert places_of(Layout.X_A, short, {"A": 9_000}, Recipe(), 1)[0].fade_out == 2_000


def test_what_lies_over_or_under_stays_in_the_clip():
    for seed in range(60):
        over = by_letter(places_of(Layout.A_OVER_X, room(), {"A": 20_000}, Recipe(), seed))["A"]
        assert over.at >= 0 and over.end <= 32_000 and over.n_frames >= RATE_HZ and -3 <= over.snr_db <= 3
        under = by_letter(places_of(Layout.A_UNDER_X, room(), {"A": 90_000}, Recipe(), seed))["A"]
        assert (under.at, under.n_frames) == (0, 32_000) and 8 <= under.snr_db <= 15
        above = by_letter(places_of(Layout.X_UNDER_A, room(), {"A": 20_000}, Recipe(), seed))["A"]
        assert -15 <= above.snr_db <= -8


def test_they_come_in_the_order_of_time_the_clip_first_where_two_begin_at_once():
    places = places_of(Layout.A_UNDER_X_THEN_B, room(Joint(gap=1), B=9_000), {"A": 32_000, "B": 9_000}, Recipe(), 1)
    assert [place.letter for place in places] == ["X", "A", "B"]


def test_what_lies_over_begins_where_it_may_and_anywhere_there():
    given = room(over_starts=((0, 1), (9_000, 9_001)))
    starts = {by_letter(places_of(Layout.A_OVER_X, given, {"A": 5}, Recipe(), seed))["A"].at for seed in range(80)}
    assert starts == {0, 1, 9_000, 9_001}


def test_no_fade_is_longer_than_what_it_fades():
    for layout in (Layout.A_X, Layout.X_A, Layout.A_OVER_X, Layout.A_UNDER_X, Layout.A_X_B):
        given = room(*[Joint(gap=1)] * 2, cut=(True, True), A=9_000, B=9_000)
        for place in places_of(layout, given, {"A": 70_000, "B": 70_000}, Recipe(cut_fade_s=60.0), 1):
            assert max(place.fade_in, place.fade_out) <= place.n_frames
