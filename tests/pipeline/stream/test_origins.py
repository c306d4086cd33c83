"""What a clip comes from: its group or its source; a composition, from what its parts come from."""

import pyarrow as pa

from mkaudio.pipeline.stream.origins import origins_of


def origins(group, parts, sha256="ab"):
    row = {"group": group, "source_sha256": sha256, "parts": parts}
    (found,) = origins_of(pa.Table.from_pylist([row]))
    return found


def test_a_recording_comes_from_its_group_or_else_from_its_source():
    assert origins("me", None) == ("me",) and origins("", None) == ("sha256:ab",)


def test_a_composition_has_the_group_of_its_clip_and_the_events_are_not_known():
    clip, event = {"origin": "clip", "key": "0"}, {"origin": "event", "key": "1"}
    assert origins("me", [clip]) == ("me",) and origins("me", [event, clip]) == ("", "me")
    assert origins("", [clip]) == ("",)  # the sha256 is of what was made, another one in every epoch


def test_clips_come_in_their_order():
    table = pa.table({"group": ["a", "", "c"], "source_sha256": ["1", "2", "3"], "parts": pa.nulls(3)})
    assert origins_of(table) == [("a",), ("sha256:2",), ("c",)] and origins_of(table.slice(0, 0)) == []
