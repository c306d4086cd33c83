"""Where in a clip its event sounds: by level, in frames of 20 ms every 10 ms. T samples, L frames.

The ear's timeline has a grid of 0.48 s; it says near which sound to look, the level says where that begins and ends.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.levels import SILENCE_DBFS

HOP_S = 0.01
_FRAMES_A_WINDOW = 2
_BELOW_LOUDEST_DB = 35.0
"""A sound begins where it is so far below its loudest frame."""
_ABOVE_FLOOR_DB = 10.0
_LEAST_BELOW_LOUDEST_DB = 20.0
"""... or where it stands out of the floor by so much; but what is less than 20 dB below the loudest is never floor, so that
a rain, of which every frame is floor, sounds all the time."""
_DIES_AWAY_DB = 15.0
"""What hangs on to a sound belongs to it down to so far below that: onsets that swell, tails that ring."""
_STILL_ABOVE_FLOOR_DB = 3.0
_FLOOR_QUANTILE = 0.1
_PAUSE_S = 1.0
"""A longer pause parts two sounds; the one that sounds longest is taken. Half the grid of a caption's "several times"."""
_PRE_ROLL_S = 0.01
_POST_ROLL_S = 0.01
_EAR_SLACK_S = 0.48
"""The ear's hop: it cannot say more exactly when a sound began."""
_SILENT_DBFS = -60.0
"""As in the silence filter of distill."""
_BEDDED_DB = 15.0
"""Where the rest of a clip is less than so far below the event, something else sounds there, and in the event too."""
_REST_S = 0.3
_LOUD_QUANTILE = 0.75
"""An event may have pauses of its own, so that its median frame may be one of them."""


@dataclass(frozen=True, slots=True)
class Span:
    """An event's place in its clip, in samples.

    Args:
        start_frame: where it begins, pre-roll included.
        end_frame: where it ends.
        is_cut_at_start: whether the clip has samples before it.
        is_cut_at_end: whether it has some behind it.
        sounds_at_edges: whether it sounds at the first and at the last sample of the clip.
    """

    start_frame: int
    end_frame: int
    is_cut_at_start: bool
    is_cut_at_end: bool
    sounds_at_edges: tuple[bool, bool]


def find_span(
    waveform: NDArray[np.float32], sample_rate_hz: int, heard_s: tuple[float, float] | None, min_s: float, max_s: float
) -> Span | LeftOut:
    """Return where the event of a clip sounds, or why there is none that could be used.

    Args:
        waveform: (T,).
        sample_rate_hz: of the waveform.
        heard_s: from when to when an ear heard it; None where level alone tells.
        min_s: what sounds for less is too short.
        max_s: what sounds for longer is cut behind so much.
    """
    level_dbfs = frame_levels_dbfs(waveform, sample_rate_hz)
    first, last = (0, len(level_dbfs)) if heard_s is None else _near(heard_s, len(level_dbfs))
    near = level_dbfs[first:last]
    if not near.size or near.max() < _SILENT_DBFS:
        return LeftOut.SILENT
    loudest, floor = float(near.max()), float(np.quantile(level_dbfs, _FLOOR_QUANTILE))
    begins_dbfs = max(
        loudest - _BELOW_LOUDEST_DB, min(floor + _ABOVE_FLOOR_DB, loudest - _LEAST_BELOW_LOUDEST_DB), _SILENT_DBFS
    )
    still_dbfs = max(
        begins_dbfs - _DIES_AWAY_DB, min(begins_dbfs, floor + _STILL_ABOVE_FLOOR_DB), _SILENT_DBFS - _DIES_AWAY_DB
    )
    loud = np.zeros(len(level_dbfs), bool)
    loud[first:last] = near >= begins_dbfs
    begin, end = _longest(loud, round(_PAUSE_S / HOP_S))
    begin, end = _drawn_out(level_dbfs >= still_dbfs, begin, end)
    if (end - begin) * HOP_S < min_s:
        return LeftOut.TOO_SHORT
    inside = (begin, end) if heard_s is None else (first, last)
    if _is_bedded(level_dbfs, *inside):
        return LeftOut.NOISY
    hop = round(HOP_S * sample_rate_hz)
    start_frame = max(0, begin * hop - round(_PRE_ROLL_S * sample_rate_hz))
    end_frame = min(len(waveform), (end - 1) * hop + round(_POST_ROLL_S * sample_rate_hz))  # a frame looks back one hop
    end_frame = min(end_frame, start_frame + round(max_s * sample_rate_hz))
    at_edges = begin == 0, end == len(level_dbfs) and end_frame == len(waveform)
    return Span(start_frame, end_frame, start_frame > 0, end_frame < len(waveform), at_edges)


def frame_levels_dbfs(waveform: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the level of each frame (L,) in dB of full scale, without its mean: an offset is no sound.

    Args:
        waveform: (T,).
        sample_rate_hz: of the waveform.
    """
    hop = round(HOP_S * sample_rate_hz)
    n_hops = -(-len(waveform) // hop)
    padded = np.zeros(n_hops * hop)
    padded[: len(waveform)] = waveform
    hops = padded.reshape(n_hops, hop)
    sums, squares = hops.sum(axis=1), np.einsum("lt,lt->l", hops, hops)
    wide = [np.convolve(each, np.ones(_FRAMES_A_WINDOW))[:n_hops] for each in (sums, squares)]
    for each, own in zip(wide, (sums, squares), strict=True):
        each[0] = _FRAMES_A_WINDOW * own[0] if n_hops else 0.0
    length = _FRAMES_A_WINDOW * hop
    power = wide[1] / length - np.square(wide[0] / length)
    level_dbfs: NDArray[np.float64] = np.maximum(10 * np.log10(np.maximum(power, 1e-30)), SILENCE_DBFS)
    return level_dbfs


def _near(heard_s: tuple[float, float], n_frames: int) -> tuple[int, int]:
    start_s, end_s = heard_s
    return max(0, int((start_s - _EAR_SLACK_S) / HOP_S)), min(n_frames, int((end_s + _EAR_SLACK_S) / HOP_S) + 1)


def _longest(loud: NDArray[np.bool_], pause: int) -> tuple[int, int]:
    """Return (first, behind the last) of the run with the most loud frames; shorter pauses are part of a run."""
    where = np.flatnonzero(loud)
    parted = np.flatnonzero(np.diff(where) > pause) + 1
    runs = np.split(where, parted)
    longest = max(runs, key=len)
    return int(longest[0]), int(longest[-1]) + 1


def _drawn_out(still: NDArray[np.bool_], begin: int, end: int) -> tuple[int, int]:
    """Return the run with the frames around it that still sound."""
    quiet_before = np.flatnonzero(~still[:begin])
    quiet_behind = np.flatnonzero(~still[end:])
    return int(quiet_before[-1]) + 1 if quiet_before.size else 0, (
        end + int(quiet_behind[0]) if quiet_behind.size else len(still)
    )


def _is_bedded(level_dbfs: NDArray[np.float64], begin: int, end: int) -> bool:
    """Say whether the rest of the clip is nearly as loud as the event."""
    rest = np.concatenate((level_dbfs[:begin], level_dbfs[end:]))
    if len(rest) * HOP_S < _REST_S:
        return False
    return float(np.median(rest)) > float(np.quantile(level_dbfs[begin:end], _LOUD_QUANTILE)) - _BEDDED_DB
