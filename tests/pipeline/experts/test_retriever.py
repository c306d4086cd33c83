from collections import Counter

import numpy as np
import pytest
from hearing import heard

from mkaudio.pipeline.experts.retriever import PAIR_MARGIN, PHRASING_MARGIN, SAME_COSINE, RetrieverExpert
from mkaudio.prompts import BankCaption, is_a


def at(*cosines):
    """Unit rows (N, 2) of the given cosines with (1, 0)."""
    return np.array([(c, np.sqrt(1 - c * c)) for c in cosines], np.float32)


def texts(retriever, clip):
    return [one.text for one in retriever.propose([clip])[0]]


def one(text, *events, claim=""):
    return BankCaption(text, len(events), events, claim)


BANK = (
    one("dog", "Dog"),
    one("bark", "Bark"),
    one("cat", "Cat"),
    one("meow", "Meow"),
    one("rain", "Rain"),
    one("car", "Car"),
)


def test_the_nearest_of_each_descent_nearest_first():
    retriever = RetrieverExpert(BANK, at(0.8, 0.9, 0.5, 0.4, 0.6, 0.1))
    assert texts(retriever, heard()) == ["bark", "rain", "cat"]
    assert [c.n_events for c in retriever.propose([heard()])[0]] == [1, 1, 1]
    assert texts(RetrieverExpert(BANK, at(0.8, 0.9, 0.5, 0.4, 0.6, 0.1), top_k=9), heard()) == [
        "bark",
        "rain",
        "cat",
        "car",
    ]


def test_search_is_exact_against_an_oracle():
    rng = np.random.default_rng(5)
    names = ["Dog", "Bark", "Cat", "Rain", "Car", "Truck", "Vehicle", "Speech", "Music", "Piano", "Thunder"]
    for _ in range(50):
        bank = tuple(one(f"{name} {number}", name) for name in names for number in range(3))
        vectors = rng.normal(size=(len(bank), 4)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        audio = vectors[rng.integers(len(bank))] * np.float32(0.9)
        found = RetrieverExpert(bank, vectors).propose([heard(embedding=audio)])[0]
        best, taken = sorted(range(len(bank)), key=lambda n: (-round(float(vectors[n] @ audio), 4), n)), []
        for number in best:
            name = bank[number].events[0]
            if len(taken) < 3 and not any(is_a(name, other) or is_a(other, name) for other in taken):
                taken.append(name)
        assert [c.text.split()[0] for c in found] == taken


def test_phrasings_of_one_event_take_turns_by_seed_within_the_margin():
    bank = tuple(one(text, "Dog") for text in ("a", "b", "c", "far"))
    retriever = RetrieverExpert(bank, at(0.9, 0.9 - PHRASING_MARGIN / 2, 0.88, 0.88 - PHRASING_MARGIN))
    drawn = Counter(texts(retriever, heard(seed=seed))[0] for seed in range(99))
    assert drawn == {"a": 33, "b": 33, "c": 33}
    assert texts(retriever, heard(seed=7)) == texts(retriever, heard(seed=7))


def test_a_class_that_is_not_sure_may_take_the_words_of_one_above():
    music = (one("piano", "Piano"), one("music", "Music"), one("dog", "Dog"))
    retriever = RetrieverExpert(music, at(0.9, 0.85, 0.1))
    assert {texts(retriever, heard(seed=seed))[0] for seed in range(4)} == {"piano", "music"}
    sure = [("Piano", 0.0, 1.0)]
    assert {texts(retriever, heard(sure, seed=seed))[0] for seed in range(4)} == {"piano"}
    retriever = RetrieverExpert((*music[:2], one("guitar", "Guitar")), at(0.9, 0.86, 0.88))
    found = {tuple(texts(retriever, heard(seed=seed))) for seed in range(6)}
    assert found == {("piano", "guitar"), ("music",)}  # where music was said, a guitar says no more


def test_words_of_a_class_above_never_hold_for_what_was_said_before():
    bank = (one("piano", "Piano"), one("keys", "Piano"), one("music", "Music"), one("guitar", "Guitar"))
    retriever = RetrieverExpert(bank, at(0.9, 0.9, 0.87, 0.88))
    found = {tuple(texts(retriever, heard(seed=seed))) for seed in range(12)}
    assert found == {("piano", "guitar"), ("keys", "guitar"), ("music",)}


def test_what_a_caption_claims_must_be_borne_out():
    bank = (one("plain", "Dog"), one("repeated", "Dog", claim="repeated"), one("soft", "Dog", claim="soft"))
    retriever = RetrieverExpert(bank, at(0.9, 0.95, 0.95))
    drawn = lambda clip: {texts(retriever, heard(**clip, seed=seed))[0] for seed in range(9)}  # noqa: E731
    assert drawn({}) == {"plain"}
    twice = [("Bark", 0, 1), ("Bark", 3, 4)]
    assert drawn({"events": twice}) == {"plain"}
    assert drawn({"events": [*twice, ("Bark", 6, 7)]}) == {"plain", "repeated"}
    assert drawn({"waveform": np.full(99, 0.001, np.float32)}) == {"plain", "soft"}


PAIR = one("dog while rain", "Dog", "Rain", claim="together")
BOTH = [("Dog", 0.0, 5.0), ("Rain", 0.0, 9.0)]


@pytest.mark.parametrize(
    ("above", "events", "proposed"),
    [(PAIR_MARGIN + 0.01, BOTH, True), (PAIR_MARGIN - 0.01, BOTH, False), (PAIR_MARGIN + 0.01, BOTH[:1], False)],
)
def test_a_pair_must_beat_all_others_by_the_margin_and_be_heard(above, events, proposed):
    retriever = RetrieverExpert((*BANK, PAIR), at(0.1, 0.2, 0.1, 0.1, 0.5, 0.4, 0.5 + above))
    found = texts(retriever, heard(events))
    assert found == (["dog while rain", "rain", "car"] if proposed else ["rain", "car", "bark"])


def test_of_unknown_events_those_that_are_nearly_the_same_count_as_one():
    angles = np.arccos([0.9, 0.89, 0.7, 0.6])
    angles[3] *= -1  # on the other side of the sound
    vectors = np.array([(np.cos(a), np.sin(a)) for a in angles], np.float32)
    assert vectors[0] @ vectors[2] > SAME_COSINE > vectors[0] @ vectors[3]
    bank = tuple(BankCaption(text, 0) for text in ("first", "its twin", "near it", "another"))
    assert texts(RetrieverExpert(bank, vectors), heard()) == ["first", "another"]


def test_fingerprint_is_the_banks():
    assert (
        RetrieverExpert(BANK, at(*[0.1] * 6)).fingerprint() != RetrieverExpert(BANK[1:], at(*[0.1] * 5)).fingerprint()
    )
