import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.prompts.relation import APART_S, SLACK_S, Relation, relation_of
from mkaudio.prompts.sound_event import SoundEvent

MIRROR = {Relation.BEFORE: Relation.AFTER, Relation.AFTER: Relation.BEFORE}
MIRROR |= {Relation.OVER: Relation.UNDER, Relation.UNDER: Relation.OVER}
EDGES = st.lists(st.integers(0, 56), min_size=2, max_size=6, unique=True).map(
    lambda edges: sorted(edges)[: len(edges) // 2 * 2]
)
SPANS = EDGES.map(lambda edges: tuple((edges[i] / 4, edges[i + 1] / 4) for i in range(0, len(edges), 2)))


def at(*spans):
    return SoundEvent("Bark", spans, 0.9)


@given(SPANS, SPANS)
def test_the_other_way_round_it_is_the_mirror_image(one, other):
    relation = relation_of(at(*one), at(*other), 14.0)
    assert relation_of(at(*other), at(*one), 14.0) is MIRROR.get(relation, relation)


@given(SPANS, SPANS)
def test_before_is_said_only_where_everything_comes_before_and_together_only_where_something_is_shared(one, other):
    relation = relation_of(at(*one), at(*other), 14.0)
    if relation is Relation.BEFORE:
        assert max(end for _, end in one) <= min(start for start, _ in other) + SLACK_S + 1e-9
        assert min(start for start, _ in one) + APART_S <= min(start for start, _ in other)
        assert max(end for _, end in one) + APART_S <= max(end for _, end in other)
    if relation in {Relation.TOGETHER, Relation.OVER, Relation.UNDER}:
        assert at(*one).shared_s(at(*other)) > 0


def test_a_short_clip_has_no_background():
    assert relation_of(at((0.5, 1.0)), at((0, 2.9)), 2.9) is Relation.TOGETHER
    assert relation_of(at((0.5, 1.0)), at((0, 3)), 3.0) is Relation.OVER


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (((0, 2),), ((3, 5),), Relation.BEFORE),
        (((0, 2),), ((1.6, 5),), Relation.BEFORE),
        (((0, 2),), ((1.4, 3),), Relation.UNCLEAR),
        (((0, 2),), ((2, 2.9),), Relation.UNCLEAR),
        (((0, 0.9),), ((0.9, 5),), Relation.UNCLEAR),
        (((0, 2),), ((0, 2),), Relation.TOGETHER),
        (((0, 1), (4, 5)), ((2, 3),), Relation.UNCLEAR),
        (((0, 1), (2, 3)), ((4, 5),), Relation.BEFORE),
        (((2, 5),), ((0, 10),), Relation.OVER),
        (((0, 9),), ((0, 10),), Relation.TOGETHER),
        (((2, 5),), ((0, 8),), Relation.TOGETHER),
    ],
)
def test_known_scenes(one, other, relation):
    assert relation_of(at(*one), at(*other), 10.0) is relation
