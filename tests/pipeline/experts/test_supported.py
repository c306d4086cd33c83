import numpy as np
import pytest
from hearing import heard

from mkaudio.pipeline.experts.supported import bears_out, is_heard, level_claim


@pytest.mark.parametrize(("amplitude", "claim"), [(0.0, "soft"), (0.005, "soft"), (0.1, ""), (0.9, "loud")])
def test_the_level_is_that_of_the_stored_sound(amplitude, claim):
    tone = amplitude * np.sin(np.arange(16_000, dtype=np.float32))
    assert level_claim(heard(waveform=tone)) == claim


DOG = [("Bark", 0.0, 1.0), ("Dog", 0.0, 1.0), ("Bark", 4.0, 5.0), ("Bark", 7.0, 8.0)]


@pytest.mark.parametrize(
    ("events", "classes", "claim", "true"),
    [
        (DOG, ("Bark",), "repeated", True),
        (DOG, ("Dog",), "repeated", True),  # barks are a dog's
        (DOG, ("Cat",), "repeated", False),
        (DOG[:3], ("Dog",), "repeated", False),  # twice is not several times, nor is one sound under two names
        ([("Dog", 0.0, 1.0), ("Dog", 4.0, 5.0), ("Dog", 7.0, 8.0)], ("Bark",), "repeated", False),  # a dog may whine
        (DOG, ("Bark",), "lasting", False),
        ([("Bird", 0.0, 9.0)], ("Squawk",), "lasting", False),
        ([("Animal", 0.0, 9.0)], ("Cat", "Dog"), "together", False),
        ([("Bark", 0.0, 1.0), ("Car", 2.0, 4.0, 0.5)], ("Bark", "Car"), "order", False),  # not sure
        ([("Rain", 0.0, 9.0)], ("Water",), "lasting", True),
        ([("Rain", 0.0, 4.0), ("Rain", 5.0, 9.5)], ("Rain",), "lasting", False),  # "without a pause"
        ([("Bark", 0.0, 1.0), ("Car", 2.0, 4.0)], ("Bark", "Car"), "order", True),
        ([("Bark", 0.0, 1.0), ("Car", 2.0, 4.0)], ("Car", "Bark"), "order", False),
        ([("Bark", 0.0, 3.0), ("Car", 2.0, 4.0)], ("Bark", "Car"), "order", False),
        ([("Bark", 0.0, 1.0)], ("Bark", "Car"), "order", False),
        ([("Bark", 0.0, 3.0), ("Car", 2.0, 4.0)], ("Bark", "Car"), "together", True),
        ([("Bark", 0.0, 1.0), ("Car", 2.0, 4.0)], ("Bark", "Car"), "together", False),
        ([("Bark", 0.0, 1.0)], ("Bark", "Car"), "together", False),
        ([], ("Bark",), "", True),
    ],
)
def test_claims_about_time_are_read_off_the_timeline(events, classes, claim, true):
    assert bears_out(heard(events), classes, claim) is true


def test_a_short_clip_lasts_for_nothing():
    assert not bears_out(heard([("Rain", 0.0, 1.0)], duration_s=1.0), ("Rain",), "lasting")


def test_heard_is_a_class_or_a_kind_of_it_and_not_what_is_above():
    clip = heard([("Dog", 0.0, 1.0)])
    assert is_heard(clip, "Dog") and is_heard(clip, "Animal") and not is_heard(clip, "Bark")
