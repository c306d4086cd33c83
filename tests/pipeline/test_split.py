"""The laws of a split: two sides and no third for what comes from one place, near the share asked for, the same everywhere."""

import hashlib

import pytest

from mkaudio.pipeline.split import Split, origin_of

ORIGINS = [f"uploader {number}" for number in range(20_000)]


def held_out(val_share):
    return {origin for origin in ORIGINS if Split("val", val_share).has((origin,))}


@pytest.mark.parametrize("val_share", [0.05, 0.5, 0.9])
def test_each_origin_is_on_one_side_and_the_share_is_near_what_was_asked(val_share):
    val = held_out(val_share)
    assert {origin for origin in ORIGINS if Split("train", val_share).has((origin,))} == {*ORIGINS} - val
    deviation = (val_share * (1 - val_share) / len(ORIGINS)) ** 0.5  # of a binomial share
    assert abs(len(val) / len(ORIGINS) - val_share) < 4 * deviation


def test_a_larger_share_holds_out_what_a_smaller_one_does():
    assert held_out(0.01) < held_out(0.05) < held_out(0.3)


def test_the_side_is_a_sha256_of_the_origin_whatever_machine_and_library():
    def share(origin):
        return int(hashlib.sha256(b"held out? " + origin.encode()).hexdigest()[:16], 16) / 2**64

    assert held_out(0.2) == {origin for origin in ORIGINS if share(origin) < 0.2}


def test_what_is_made_of_several_is_in_a_part_where_all_of_them_are():
    val = sorted(held_out(0.5))
    train = sorted({*ORIGINS} - {*val})
    for origins, parts in (
        (val[:2], {"val"}),
        (train[:2], {"train"}),
        ((val[0], train[0]), set()),
        ((train[0], val[0], train[1]), set()),
        ((train[0], ""), set()),
        (("",), set()),
    ):
        assert {part for part in ("train", "val") if Split(part, 0.5).has(origins)} == parts


def test_the_group_is_the_origin_and_where_there_is_none_the_source():
    assert (
        origin_of("me", "ab")
        == origin_of("me", "cd")
        != origin_of("", "ab")
        == origin_of("", "ab")
        != origin_of("", "cd")
    )


@pytest.mark.parametrize(
    "wrong", [("test", 0.05), ("", 0.05), ("val", 0.0), ("train", 1.0), ("val", 5), ("val", float("nan"))]
)
def test_no_such_part_or_share_is_one_line(wrong):
    with pytest.raises(ValueError, match=r"^(part '.*': 'train', 'val'|val_share .*: above 0 and below 1)") as found:
        Split(*wrong)
    assert "\n" not in str(found.value)
