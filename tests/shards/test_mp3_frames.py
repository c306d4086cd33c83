import io

import pytest
from sounds import built, without_xing

from mkaudio.shards import Reason, Refusal, probe
from mkaudio.shards.mp3_frames import count_mp3, frame_bytes


def bare():
    return without_xing(built("mp3"))


def test_frames_are_counted_and_tags_behind_them_are_no_fault():
    data = bare()
    counted = count_mp3(io.BytesIO(data))
    assert counted and counted % 576 == 0
    for tag in (b"TAG" + bytes(125), bytes(5000), b"APETAGEX" + b"\xff\xd8\xff" * 400):
        assert count_mp3(io.BytesIO(data + tag)) == counted


def test_a_hole_in_the_middle_is_not_the_end():
    data = bytearray(bare())
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    with pytest.raises(Refusal) as refused:
        probe(io.BytesIO(bytes(data)))
    assert refused.value.reason is Reason.DECODE_ERROR


def test_an_absurd_length_in_the_header_is_damage():
    data = bytearray(built("mp3"))
    at = max(data.find(b"Xing"), data.find(b"Info"))
    data[at + 8 : at + 12] = b"\x10\x00\x00\x00"
    with pytest.raises(Refusal):
        probe(io.BytesIO(bytes(data)))


@pytest.mark.parametrize("header", ["fffb9064", "fff38064", "00000000", "ffffffff"])
def test_headers(header):
    assert (frame_bytes(bytes.fromhex(header)) > 0) == (header in {"fffb9064", "fff38064"})
