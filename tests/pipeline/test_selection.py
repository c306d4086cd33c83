"""Laws of choosing: what a rule may not do, whatever the candidates are."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkaudio.pipeline.selection import Line, Rule, best_first, choose, chosen, is_selected
from mkaudio.shards import Candidate

EXPERTS = ("tagger", "retriever", "labels")
SCORES = st.integers(-3, 6).map(lambda tenths: tenths / 10)
LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(EXPERTS),
        st.sampled_from("abc"),
        st.integers(0, 4),
        st.none() | SCORES,
        st.none() | st.integers(0, 4).map(lambda quarters: quarters / 4),
        st.booleans(),
    ),
    max_size=8,
)
RULES = st.builds(
    Rule,
    min_score=st.none() | SCORES,
    min_percentile=st.none() | st.just(0.5),
    relative_to_label=st.none() | SCORES,
    top_k=st.integers(1, 4),
    priors=st.sampled_from([(), (("labels", 0.2),), (("labels", -0.1), ("tagger", 0.1))]),
    experts=st.sampled_from([(), ("labels",), ("retriever", "tagger")]),
    max_events=st.none() | st.integers(1, 3),
)
laws = settings(max_examples=150, deadline=None)


def kept(lines, rule):
    return chosen(lines, best_first(lines, rule), rule.top_k)


def candidate(text, expert="tagger", n_events=1):
    return Candidate(expert, "1", text, n_events)


def test_ties_fall_to_expert_order_and_equal_texts_to_the_first():
    candidates = [candidate("A dog barks."), candidate("A cat meows."), candidate("A dog barks.", "labels")]
    verdicts = choose(candidates, [0.5, 0.5, 0.5])
    assert [verdict.rank for verdict in verdicts] == [0, 1, 2]
    assert [verdict.reason for verdict in verdicts] == ["best_score", "lower_score", "same_text"]


def test_the_best_score_wins_wherever_it_stands():
    verdicts = choose([candidate("a"), candidate("b"), candidate("c")], [0.1, 0.2, 0.3])
    assert [(verdict.rank, verdict.decision) for verdict in verdicts] == [(2, "lost"), (1, "lost"), (0, "kept")]


def test_what_is_not_to_be_chosen_has_no_rank_and_says_why():
    candidates = [candidate("a", n_events=3), candidate("b", n_events=2), candidate("c"), candidate("d", n_events=0)]
    verdicts = choose(candidates, [0.9, 0.2, None, 0.1], max_events=2)
    assert [(verdict.rank, verdict.reason) for verdict in verdicts] == [
        (None, "too_many_events"), (0, "best_score"), (None, "not_scored"), (1, "lower_score"),
    ]  # fmt: skip
    assert [verdict.decision for verdict in verdicts] == ["lost", "kept", "lost", "lost"]


@laws
@given(LINES, RULES, SCORES, SCORES)
def test_a_higher_threshold_never_selects_more(lines, rule, one, other):
    low, high = sorted([one, other])
    few, many = (set(best_first(lines, replace(rule, min_score=score))) for score in (high, low))
    assert few <= many
    below, above = (set(best_first(lines, replace(rule, relative_to_label=score))) for score in (low, high))
    assert above <= below


@laws
@given(LINES, RULES)
def test_the_best_k_begin_with_the_best_k_less_one(lines, rule):
    for k in range(2, 5):
        assert kept(lines, replace(rule, top_k=k))[: k - 1] == kept(lines, replace(rule, top_k=k - 1))
    texts = [lines[number].text for number in kept(lines, rule)]
    assert len(texts) == len(set(texts)) <= rule.top_k


@laws
@given(LINES, RULES)
def test_a_prior_of_nothing_is_none_and_one_for_all_changes_nothing(lines, rule):
    plain = kept(lines, replace(rule, priors=()))
    assert kept(lines, replace(rule, priors=(("labels", 0.0), ("tagger", 0.0)))) == plain
    assert kept(lines, replace(rule, priors=tuple((name, 0.3) for name in sorted(EXPERTS)))) == plain


@laws
@given(LINES, RULES)
def test_what_is_chosen_is_within_every_limit(lines, rule):
    labelled = [line.score for line in lines if line.expert == "labels" and line.score is not None]
    for number in kept(lines, rule):
        line = lines[number]
        assert line.score is not None and line.holds
        assert rule.max_events is None or line.n_events <= rule.max_events
        assert not rule.experts or line.expert in rule.experts
        assert rule.min_score is None or line.score >= rule.min_score
        assert rule.min_percentile is None or (line.percentile is not None and line.percentile >= rule.min_percentile)
        if rule.relative_to_label is not None and labelled:
            assert line.score > max(labelled) + rule.relative_to_label - 1e-6


@laws
@given(LINES, st.none() | SCORES, st.none() | st.integers(1, 3))
def test_distill_decides_as_select_does(lines, min_score, max_events):
    """What distill makes rank 0, and whether its own selection has it, is what a rule gives on the ledger."""
    candidates = [Candidate(line.expert, "1", line.text, line.n_events) for line in lines]
    rule = Rule(min_score=min_score, max_events=max_events)
    verdicts = choose(candidates, [line.score for line in lines], max_events)
    first = [number for number, verdict in enumerate(verdicts) if verdict.rank == 0]
    selected = first if is_selected(verdicts, rule) else []
    assert selected == kept([line._replace(holds=True) for line in lines], rule)


def test_a_prior_is_for_choosing_only():
    lines = [Line("tagger", "a", 1, 0.5), Line("labels", "b", 1, 0.4), Line("retriever", "c", 1, 0.4)]
    assert kept(lines, Rule(priors=(("labels", 0.2),))) == [1]
    assert kept(lines, Rule(priors=(("labels", 0.1),))) == [0], "a tie falls to the first"
    assert kept(lines, Rule(priors=(("labels", 0.2),), min_score=0.45)) == [0], "the threshold looks at the score"
    lines = [Line("tagger", "a", 1, 0.3), Line("labels", "b", 1, 0.1)]
    assert kept(lines, Rule(priors=(("labels", 0.2),))) == [0], "0.1 + 0.2 is 0.3"


def test_several_prompts_are_of_different_texts():
    lines = [Line("tagger", "a", 1, 0.5), Line("retriever", "a", 1, 0.5), Line("labels", "b", 1, 0.1)]
    assert kept(lines, Rule(top_k=2)) == [0, 2]


def test_relative_to_label_bites_where_the_label_itself_may_not_be_chosen():
    lines = [Line("tagger", "a", 1, 0.3), Line("labels", "b", 1, 0.4), Line("retriever", "c", 1, 0.35)]
    others = ("retriever", "tagger")
    assert kept(lines, Rule(experts=others, relative_to_label=0.0)) == []
    assert kept(lines, Rule(experts=others, relative_to_label=-0.1, top_k=3)) == [2, 0], "0.4 - 0.1 is 0.3"
    assert kept(lines[::2], Rule(experts=others, relative_to_label=9.0)) == [1], "says nothing where there is no label"


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_score": float("nan")}, {"min_percentile": 1.5}, {"top_k": 0}, {"max_events": 0},
        {"priors": (("a", float("inf")),)}, {"priors": (("b", 0.0), ("a", 0.0))}, {"experts": ("a", "a")},
    ],
)  # fmt: skip
def test_rules_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match="--"):
        Rule(**wrong)
