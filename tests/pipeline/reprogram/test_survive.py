import numpy as np
from composing import base

from mkaudio.pipeline.reprogram.survive import KEPT_S, needs_of, shortest_s, starts_of

DOG, CAR, RAIN = "Bark", "Car passing by", "Rain"


def test_a_named_event_is_in_every_cut_and_the_shortest_cut_holds_it_just_so():
    clip = base(10.0, "A dog barks.", [(DOG, 6.0, 7.5), (RAIN, 0.0, 10.0)])
    needs = needs_of(clip)
    assert shortest_s(needs, 10.0, 1.0) <= 1.5 + 0.06
    for length_s in (1.6, 3.0, 8.0):
        starts_s = starts_of(needs, 10.0, length_s)
        assert starts_s.size and (starts_s <= 6.0).all() and (starts_s + length_s >= 7.5 - 1e-6).all()
        assert (starts_s >= 0).all() and (starts_s + length_s <= 10.0 + 1e-9).all()
    assert not starts_of(needs, 10.0, 1.4).size


def test_of_a_sound_that_lasts_a_stretch_is_enough_anywhere():
    needs = needs_of(base(10.0, "Rain falls.", [(RAIN, 2.0, 10.0)]))
    starts_s = starts_of(needs, 10.0, 3.0)
    assert starts_s.min() <= 2.0 + KEPT_S - 3.0 + 0.02 and starts_s.max() == 7.0


def test_order_and_number_stay_true():
    both = needs_of(
        base(10.0, "A dog barks, and then a car passes by.", [(DOG, 1.0, 2.0), (CAR, 3.0, 8.0)], n_events=2)
    )
    assert abs(shortest_s(both, 10.0, 1.0) - 7.0) < 0.05
    thrice = [(DOG, 1.0, 1.5), (DOG, 4.0, 4.5), (DOG, 8.0, 8.5)]
    assert abs(shortest_s(needs_of(base(10.0, "A dog barks several times.", thrice)), 10.0, 1.0) - 7.5) < 0.05
    assert shortest_s(needs_of(base(10.0, "A dog barks.", thrice)), 10.0, 1.0) < 1.1


def test_where_it_is_not_known_where_the_prompt_lies_the_clip_stays_whole():
    for prompt, n_events in (("A zither is played.", 1), ("A dog barks, and then a car passes by.", 2)):
        assert needs_of(base(10.0, prompt, [(DOG, 1.0, 2.0)], n_events=n_events)) is None
    assert shortest_s(None, 10.0, 1.0) == 10.0


def test_a_longer_cut_is_possible_wherever_a_shorter_one_is():
    drawn = np.random.default_rng(0)
    for _ in range(50):
        spans = [(DOG, start_s, start_s + drawn.uniform(0.3, 3.0)) for start_s in drawn.uniform(0, 9, 3)]
        needs = needs_of(base(12.0, "A dog barks twice.", sorted(spans)))
        there = [starts_of(needs, 12.0, length_s).size > 0 for length_s in np.linspace(0.5, 12.0, 24)]
        assert there == sorted(there) and there[-1]


def test_what_is_said_of_its_beginning_its_end_or_its_length_keeps_the_clip_whole():
    for prompt in ("A dog barks at the end.", "A dog barks for a long time.", "It starts with a dog barking."):
        clip = base(10.0, prompt, [(DOG, 1.0, 9.0)])
        assert needs_of(clip) is None and needs_of(clip, cut=False)
    ours = base(10.0, "First a dog barks, and finally rain falls.", [(DOG, 1.0, 2.0), (RAIN, 3.0, 5.0)], n_events=2)
    assert needs_of(ours)  # an order of its own, which a cut keeps
