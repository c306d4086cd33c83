"""Every name that a disk can hold becomes valid text, and comes back byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkaudio.pipeline.sources.escape import JOINT, escape_path, unescape_path

TRICKY = st.lists(
    st.sampled_from([b"\\", b":", b"x", b"3", b"a", b"\xff", b"\xed\xa0\x80", "🐕".encode(), b"\n", b"/"])
)


@given(st.binary() | TRICKY.map(b"".join))
def test_round_trip(raw):
    escaped = escape_path(raw)
    escaped.encode("utf-8")
    assert JOINT not in escaped
    assert unescape_path(escaped) == raw


@given(TRICKY.map(b"".join), TRICKY.map(b"".join))
def test_no_two_names_are_one(one, other):
    assert (escape_path(one) == escape_path(other)) == (one == other)


@given(st.text().filter(lambda text: "\\" not in text and JOINT not in text))
def test_plain_names_stay_as_they_are(name):
    assert escape_path(name.encode()) == name


@pytest.mark.parametrize("path", ["a\\", "a\\n.wav", "\\xZZ", "\\x4"])
def test_what_escaping_cannot_have_written(path):
    with pytest.raises(ValueError, match="backslash at byte"):
        unescape_path(path)
