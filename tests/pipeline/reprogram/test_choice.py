from collections import Counter

from composing import FakeEvents

from mkaudio.pipeline.reprogram.choice import Choice


def choice(events=None, groups=None):
    events = FakeEvents() if events is None else events
    events.groups = groups or events.groups
    return Choice(*map(events.column, ("label", "group", "n_frames", "lasts"))), events


def test_classes_are_drawn_evenly_however_many_events_they_have():
    barks = [("Bark", "a dog barking", "a dog barks", False, False, 0.5)] * 20
    many = FakeEvents((*barks, ("Rain", "rain falling", "rain falls", False, True, 2.0)))
    drawer, events = choice(many)
    counts = Counter(events.column("label")[drawer.draw(seed, "A", (), "")] for seed in range(600))
    assert abs(counts["Rain"] - 300) < 60


def test_none_is_like_what_is_heard_nor_of_the_same_group():
    drawer, events = choice()
    for seed in range(100):
        assert events.column("label")[drawer.draw(seed, "A", ("Dog", "Car"), "")] not in ("Bark", "Car passing by")
    only_cats, events = choice(groups=["mine", "", "mine", "mine", "mine"])
    assert {events.column("label")[only_cats.draw(seed, "A", (), "mine")] for seed in range(50)} == {"Meow"}
    assert drawer.draw(1, "A", ("Bark", "Meow", "Car passing by", "Rain", "Church bell"), "") is None


def test_a_background_lasts_and_is_long_enough():
    drawer, events = choice()
    assert {events.column("label")[drawer.draw(seed, "A", (), "", 8 * 16_000)] for seed in range(60)} == {
        "Rain",
        "Church bell",
    }
    assert {drawer.draw(seed, "A", (), "", 13 * 16_000) for seed in range(20)} == {None}


def test_draws_of_two_events_hang_apart_and_an_empty_database_has_none():
    drawer, _ = choice()
    assert len({(drawer.draw(seed, "A", (), ""), drawer.draw(seed, "B", (), "")) for seed in range(300)}) == 25
    assert choice(FakeEvents(()))[0].draw(1, "A", (), "") is None


def test_only_those_among_which_it_draws_come_as_backgrounds_too():
    for among, drawn, lasting in (
        ([1, 3], {1, 3}, {3}),
        ([4], {4}, {4}),
        ([0, 1], {0, 1}, {None}),
        ([], {None}, {None}),
    ):
        drawer = Choice(*map(FakeEvents().column, ("label", "group", "n_frames", "lasts")), among)
        assert {drawer.draw(seed, "A", (), "") for seed in range(40)} == drawn
        assert {drawer.draw(seed, "A", (), "", 8 * 16_000) for seed in range(40)} == lasting
