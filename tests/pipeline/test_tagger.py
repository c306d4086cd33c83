import re

import numpy as np

from mkaudio.pipeline.experts.expert import HeardClip
from mkaudio.pipeline.experts.tagger import UNSURE, TaggerExpert
from mkaudio.pipeline.timeline import timeline_of
from mkaudio.prompts import SURE, is_a, load_phrases

CLASSES = tuple(load_phrases())
TAGGER = TaggerExpert(CLASSES)


def clip(heard, seed=0, n_patches=20):
    """A clip in which class → (first patch, last patch, probability) are heard."""
    posteriors = np.full((n_patches, len(CLASSES)), 0.001, np.float32)
    for name, (first, last, probability) in heard.items():
        posteriors[first : last + 1, CLASSES.index(name)] = probability
    duration_s = (n_patches + 1) * 0.48
    evidence = (posteriors.mean(axis=0) + posteriors.max(axis=0)) / 2
    timeline = timeline_of(posteriors, CLASSES, 0.48, 0.96, duration_s)
    return HeardClip(duration_s, {}, posteriors, evidence, timeline, np.zeros(1, np.float32), seed=seed)


def proposed(heard, seed=0):
    (candidates,) = TAGGER.propose([clip(heard, seed)])
    return candidates


def test_the_surest_classes_are_named_none_above_another_and_none_without_a_source():
    heard = {"Sound effect": (0, 19, 0.99), "Dog": (0, 5, 0.9), "Bark": (0, 5, 0.8), "Rain": (0, 19, 0.6)}
    one = clip(heard)
    surest = TAGGER.surest(one.posteriors, one.evidence)
    assert len(surest) == 3 and surest[:2] == ("Rain", "Dog")
    assert not any(one != other and is_a(one, other) for one in surest for other in surest)
    assert [candidate.n_events for candidate in proposed(heard)][:3] == [1, 1, 1]


def test_an_animal_is_named_where_no_kind_of_animal_is_sure():
    doubtful = {"Animal": (0, 19, SURE + 0.05), "Dog": (0, 19, UNSURE - 0.05)}
    one = clip(doubtful)
    assert TAGGER.surest(one.posteriors, one.evidence)[0] == "Animal"
    sure = clip(doubtful | {"Dog": (0, 19, UNSURE + 0.05)})
    assert TAGGER.surest(sure.posteriors, sure.evidence)[0] == "Dog"
    both_doubtful = clip(doubtful | {"Animal": (0, 19, SURE - 0.05)})
    assert TAGGER.surest(both_doubtful.posteriors, both_doubtful.evidence)[0] == "Dog"


def test_a_second_event_is_named_only_where_both_are_sure():
    assert [one.n_events for one in proposed({"Bark": (0, 4, 0.9), "Rain": (10, 19, SURE + 0.01)})] == [1, 1, 1, 2]
    assert [one.n_events for one in proposed({"Bark": (0, 4, 0.9), "Rain": (10, 19, SURE - 0.01)})] == [1, 1, 1]


def test_how_often_is_said_of_the_class_it_is_true_of():
    long, bark = (one.text for one in proposed({"Bell": (0, 19, 0.75), "Bark": (3, 4, 0.9)})[:2])
    assert re.fullmatch(r"A bell rings (continuously|without a pause|the whole time|on and on)\.", long)
    assert bark.startswith("A dog ")
    quiet = clip({"Bark": (0, 1, 0.1)})
    (named,) = TAGGER.propose([quiet])
    assert named[0].text.rstrip(".").lower() in {
        f"a dog {rest}" for rest in ("barks", "is barking", "lets out a bark", "gives a bark")
    }


def test_wording_is_drawn_by_the_seed():
    texts = {proposed({"Gunshot, gunfire": (5, 6, 0.9)}, seed)[0].text for seed in range(40)}
    assert len(texts) == len(load_phrases()["Gunshot, gunfire"].clauses)
