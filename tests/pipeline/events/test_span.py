"""A span begins and ends where the sound does, whatever stands around it."""

import numpy as np
import pytest
from sounds import noise, tone

from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.events.span import find_span

RATE_HZ = 16_000


def clip(*bursts, duration_s=5.0, floor=0.0):
    """Noise of a level with tones (from, to, peak) in it."""
    waveform = (
        noise(round(duration_s * RATE_HZ), floor)[0] if floor else np.zeros(round(duration_s * RATE_HZ), np.float32)
    )
    for start_s, end_s, peak in bursts:
        first, last = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
        waveform[first:last] += tone(600, last - first, RATE_HZ, peak)[0]
    return waveform


def span_s(waveform, heard_s=None, min_s=0.3, max_s=10.0):
    span = find_span(waveform, RATE_HZ, heard_s, min_s, max_s)
    return span if isinstance(span, LeftOut) else (span.start_frame / RATE_HZ, span.end_frame / RATE_HZ)


@pytest.mark.parametrize("floor", [0.0, 0.0005, 0.005])
@pytest.mark.parametrize(("start_s", "end_s"), [(1.0, 2.0), (1.2345, 1.6789), (0.013, 0.5), (3.7, 4.99)])
def test_it_begins_and_ends_with_the_sound(start_s, end_s, floor):
    found = span_s(clip((start_s, end_s, 0.5), floor=floor))
    assert start_s - 0.0201 <= found[0] <= start_s
    assert end_s <= found[1] <= end_s + 0.0201


def test_an_offset_is_no_sound():
    assert span_s(clip((1.0, 2.0, 0.2)) + np.float32(0.3)) == pytest.approx((1.0, 2.0), abs=0.021)


def test_a_lasting_sound_is_the_whole_clip_and_cut_where_it_is_too_long():
    assert span_s(noise(5 * RATE_HZ)[0]) == (0.0, 5.0)
    span = find_span(noise(5 * RATE_HZ)[0], RATE_HZ, None, 0.3, 3.0)
    assert (span.start_frame, span.end_frame, span.is_cut_at_start, span.is_cut_at_end) == (0, 3 * RATE_HZ, False, True)


def test_short_pauses_are_part_of_it_and_long_ones_are_not():
    assert span_s(clip((1.0, 1.5, 0.5), (2.0, 2.5, 0.5))) == pytest.approx((1.0, 2.5), abs=0.021)
    assert span_s(clip((0.5, 1.0, 0.5), (2.5, 3.5, 0.5))) == pytest.approx((2.5, 3.5), abs=0.021)


def test_the_ear_says_which_of_two_sounds_is_meant_and_the_level_where_it_begins():
    two = clip((0.5, 1.0, 0.5), (3.0, 4.5, 0.5))
    assert span_s(two, heard_s=(0.24, 1.2)) == pytest.approx((0.5, 1.0), abs=0.021)
    assert span_s(two, heard_s=(1.7, 2.3)) is LeftOut.SILENT


def test_a_tail_that_dies_away_is_kept():
    waveform = clip((1.0, 1.3, 0.5))
    ring_s = np.arange(2 * RATE_HZ) / RATE_HZ
    waveform[round(1.3 * RATE_HZ) : round(3.3 * RATE_HZ)] += 0.5 * 10 ** (-25 * ring_s / 20) * np.sin(3770 * ring_s)
    assert span_s(waveform)[1] > 2.9  # 40 dB below its loudest


def test_what_gives_no_event():
    assert span_s(clip()) is LeftOut.SILENT
    assert span_s(clip((1.0, 2.0, 0.0004))) is LeftOut.SILENT
    assert span_s(clip((1.0, 1.2, 0.5))) is LeftOut.TOO_SHORT
    assert span_s(clip((1.0, 1.2, 0.5)), min_s=0.1) == pytest.approx((1.0, 1.2), abs=0.021)
    bed = clip((3.0, 4.0, 0.5), floor=0.08)  # 13 dB below
    assert span_s(bed, heard_s=(3.0, 4.0)) is LeftOut.NOISY
