from hypothesis import given
from hypothesis import strategies as st

from mkaudio.pipeline.filters import MostActive
from mkaudio.shards import Reason

activities = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), max_size=20)


@given(activities, st.integers(1, 6), st.randoms(use_true_random=False))
def test_the_best_win_whatever_order_and_batches_they_come_in(found, limit, random):
    """The law: sorted by activity, a tie to the earlier; and never more held than may win."""
    order = sorted(range(len(found)), key=lambda number: (-found[number], number))
    contest, coming = MostActive(limit), random.sample(range(len(found)), len(found))
    while coming:
        batch, coming = coming[:3], coming[3:]
        entered = [number for number in batch if contest.enter(number, found[number])]
        for number in entered:
            contest.hold(number, f"window {number}")
            assert len(contest.winners()) <= limit
    assert contest.winners() == [f"window {number}" for number in sorted(order[:limit])]
    assert [number for number, _ in contest.losers()] == sorted(order[limit:])


def test_what_cannot_win_any_more_need_not_be_held():
    contest = MostActive(2)
    assert [contest.enter(number, activity) for number, activity in enumerate([1.0, 3.0, 1.0, 2.0])] == [
        True, True, False, True,
    ]  # fmt: skip


def test_a_loser_is_told_its_rank():
    contest = MostActive(1)
    for number, activity in enumerate([0.5, 2.0, 0.5]):
        if contest.enter(number, activity):
            contest.hold(number, number)
    (first, one), (second, other) = contest.losers()
    assert (first, second, one.reason) == (0, 2, Reason.LESS_ACTIVE)
    assert one.message == "activity 0.5000 s is rank 2 of 3 windows of its source; --max-windows-per-file 1"
    assert "rank 3 of 3" in other.message
