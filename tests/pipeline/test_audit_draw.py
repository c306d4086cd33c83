import random
from collections import Counter
from dataclasses import replace

import pytest

from mkaudio.pipeline.audit import Drawn, DrawRule, draw, fingerprint_of, read_prompts
from mkaudio.shards import DatasetInfo, Generation, LocalStorage
from mkaudio.shards.schema import SELECTION, write_table

GENERATION = Generation("aa", "f", 0, 1, 0, 1, 1, {}, {})
DATASET = DatasetInfo({}, {}, "s", (GENERATION,))


def prompts(count, experts=("tagger",)):
    return [
        Drawn(number // 10, f"{number:010d}", 0, f"Sound {number}.", experts[number % len(experts)], 0.5)
        for number in range(count)
    ]


def test_the_same_sample_in_any_order_of_reading():
    there = prompts(200)
    mixed = random.Random(1).sample(there, len(there))
    assert draw(there, DrawRule(20)) == draw(mixed, DrawRule(20))
    assert draw(there, DrawRule(20)).sample != draw(there, DrawRule(20, seed=1)).sample


@pytest.mark.parametrize("per_expert", [False, True])
def test_a_larger_sample_keeps_the_smaller_one(per_expert):
    there = prompts(300, ("a", "a", "a", "a", "b"))
    kept = set()
    for n in (1, 7, 50, 130, 299, 400):
        sample = draw(there, DrawRule(n, per_expert=per_expert)).sample
        assert len(set(sample)) == len(sample) == min(n, 300) and kept <= set(sample)
        kept = set(sample)


def test_every_prompt_is_drawn_and_comes_first_equally_often():
    there, drawn, first = prompts(20), Counter(), Counter()
    for seed in range(2000):
        sample = draw(there, DrawRule(5, seed)).sample
        drawn.update(one.key for one in sample)
        first[sample[0].key] += 1
    # chi square with 19 degrees of freedom: 43.8 is passed once in a thousand; these seeds are fixed
    assert sum((drawn[one.key] - 500) ** 2 / (500 * 0.75) for one in there) < 43.8
    assert sum((first[one.key] - 100) ** 2 / 100 for one in there) < 43.8


def test_more_than_is_held_gives_what_sorting_all_gives():
    there = prompts(10_000)
    assert draw(there, DrawRule(30)).sample == draw(there, DrawRule(10_000)).sample[:30]


def test_per_expert_gives_each_the_same_number_and_what_one_lacks_to_the_others():
    there = [*prompts(100, ("a", "a", "a", "b")), Drawn(9, "9999999999", 0, "Rare.", "c", 0.1)]
    found = draw(there, DrawRule(31, per_expert=True))
    assert Counter(one.expert for one in found.sample) == {"a": 15, "b": 15, "c": 1}
    assert found.population == {"a": 75, "b": 25, "c": 1}
    experts = [one.expert for one in found.sample]
    assert experts != sorted(experts)  # mixed, so that an early stop has some of each


def test_one_expert_alone():
    found = draw(prompts(40, ("a", "b")), DrawRule(100, expert="b"))
    assert len(found.sample) == 20 and found.population == {"b": 20} and {one.expert for one in found.sample} == {"b"}


@pytest.mark.parametrize(
    ("rule", "said"),
    [(DrawRule(0), "at least 1"), (DrawRule(expert="c"), "there is a, b"), (DrawRule(expert="c", n=3), "--expert c")],
)
def test_mistakes_are_named(rule, said):
    with pytest.raises(ValueError, match=said):
        draw(prompts(4, ("a", "b")), rule)


def test_a_selection_without_prompts_is_refused():
    with pytest.raises(ValueError, match="nothing to look at"):
        draw([], DrawRule())


def row(key, prompt, candidate=0):
    texts = {"key": key, "prompt": prompt, "expert": "a", "scorer": "s"}
    numbers = {"candidate": candidate, "rank": candidate, "score": 0.5, "n_events": 1}
    return {**texts, **numbers, "score_percentile": None}


def test_a_selection_is_read_with_shard_and_place(tmp_path):
    for shard, rows in [(0, []), (1, [row("30", "One."), row("30", "Two.", 1), row("31", "Three.")])]:
        path = tmp_path / "selections" / "default" / f"{shard:06d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(path, rows, SELECTION)
    info = replace(DATASET, generations=(replace(GENERATION, n_shards=2),))
    found = list(read_prompts(LocalStorage(tmp_path), info, "default"))
    assert [(one.shard, one.key, one.place, one.prompt) for one in found] == [
        (1, "30", 0, "One."), (1, "30", 1, "Two."), (1, "31", 0, "Three."),
    ]  # fmt: skip
    for name in ("mien", "../selections/default", ""):
        with pytest.raises(ValueError, match="there is default"):
            list(read_prompts(LocalStorage(tmp_path), info, name))


def test_the_fingerprint_changes_with_a_plan_and_not_with_the_counts():
    assert fingerprint_of(DATASET) == fingerprint_of(replace(DATASET, counts={"sources": 1}))
    appended = replace(DATASET, generations=(GENERATION, replace(GENERATION, plan_sha256="bb")))
    assert len({fingerprint_of(DATASET), fingerprint_of(appended)}) == 2
