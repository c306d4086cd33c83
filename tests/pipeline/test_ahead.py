import threading

import pytest

from mkaudio.pipeline.ahead import ahead


def test_order_is_kept():
    assert list(ahead(range(100), depth=3)) == list(range(100))


def test_an_error_arrives_in_its_place():
    def items():
        yield 1
        raise ValueError("here")

    found = ahead(items(), depth=2)
    assert next(found) == 1
    with pytest.raises(ValueError, match="here"):
        next(found)


def test_no_more_than_depth_items_wait():
    made = []

    def items():
        for number in range(50):
            made.append(number)
            yield number

    for number in ahead(items(), depth=3):
        assert len(made) <= number + 3 + 2, "one in the consumer's hand, three waiting, one in the maker's"


def test_a_consumer_that_stops_stops_the_maker():
    before = threading.active_count()
    found = ahead(iter(int, 1), depth=2)
    next(found)
    found.close()
    assert threading.active_count() == before
