from itertools import pairwise

import pyarrow as pa

from mkaudio.pipeline.select import Selector
from mkaudio.pipeline.selection import Rule
from mkaudio.pipeline.yields import Outcome
from mkaudio.shards import SELECTION, open_storage, read_dataset_info


def test_the_curve_is_what_each_threshold_would_select(choir_dataset):
    storage = open_storage(choir_dataset)
    info = read_dataset_info(storage)
    for settings in ({}, {"max_events": 1, "priors": (("labels", 0.1),)}, {"experts": ("labels",), "min_score": 0.8}):
        curve = Selector(storage, info, Rule(**settings)).outcome().curve()
        assert len(curve) == 10 and all(one.clips >= other.clips for one, other in pairwise(curve))
        for at in curve:
            found = Selector(storage, info, Rule(**(settings | {"min_score": at.min_score}))).outcome()
            assert (found.selected_clips, round(found.selected_hours, 9)) == (at.clips, round(at.hours, 9))


def selection(*rows):
    blank = {"scorer": "s", "score": 0.5, "n_events": 1, "candidate": 0, "score_percentile": None}
    lines = [blank | dict(zip(("key", "rank", "prompt", "expert"), row, strict=True)) for row in rows]
    return pa.Table.from_pylist(lines, schema=SELECTION)


def test_what_changed_is_counted_by_first_prompts():
    manifest = pa.table({"key": ["1", "2", "3", "4"], "duration_s": [3600.0, 1800.0, 1800.0, 3600.0]})
    before = selection(("1", 0, "a", "tagger"), ("2", 0, "b", "tagger"), ("3", 0, "c", "labels"))
    after = selection(
        ("1", 0, "a", "labels"), ("2", 0, "x", "labels"), ("2", 1, "b", "tagger"), ("4", 0, "d", "labels")
    )
    outcome = Outcome()
    outcome.add(manifest, {"1": 0.5, "2": 0.5, "4": 0.9}, after, before)
    assert (outcome.added, outcome.dropped, outcome.changed) == (1, 1, 1)
    assert (outcome.selected_clips, outcome.prompts, outcome.selected_hours, outcome.hours) == (3, 4, 2.5, 3.0)
    assert dict(outcome.experts) == {("tagger", "labels"): 2} and outcome.examples == [("2", "b", "x")]


def test_nothing_to_choose_from():
    assert Outcome().curve() == []
