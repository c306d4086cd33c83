"""A clip's sound → the sound of its event: mono, at the database's rate, trimmed, faded where it was cut, measured.

C channels, T samples.
"""

from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from mkaudio.pipeline.events.left_out import LeftOut
from mkaudio.pipeline.events.settings import EventSettings
from mkaudio.pipeline.events.span import find_span
from mkaudio.pipeline.filters.clipping import clipped_share
from mkaudio.pipeline.levels import SILENCE_DBFS, active_level_dbfs
from mkaudio.shards import dequantise

_FADE_IN_S = 0.005
"""Inside the pre-roll, so that no attack is touched."""
_FADE_OUT_S = 0.01
_MIN_LEVEL_DBFS = -50.0
"""What is quieter is raised by 30 dB or more where it is laid over a sound of usual level: at 16 bit its own noise (some -98
dBFS, and of most recorders far more) would be heard."""
_MAX_CLIPPED_SHARE = 0.02
"""On the fetched sounds it leaves out 18 of 3,830 clips: explosions and engines, crushed on purpose, of up to .16; the next
are at .017 and less."""
_FRAGMENT_S = 2.0
"""Of a sound that lasts any part is one, and of any sound a long part; a short one may be no more than the end of a word."""
_DECIMALS = 2
_FULL = 32767


@dataclass(frozen=True, slots=True)
class Trimmed:
    """Where an event lies in its clip, and how loud it is.

    Args:
        start_s: where in its clip it begins.
        end_s: where it ends.
        level_dbfs: over its active frames.
        peak_dbfs: highest absolute sample.
    """

    start_s: float
    end_s: float
    level_dbfs: float
    peak_dbfs: float


def trim(
    waveform: NDArray[np.float32],
    sample_rate_hz: int,
    heard_s: tuple[float, float] | None,
    lasts: bool,
    goes_on: tuple[bool, bool],
    settings: EventSettings,
) -> tuple[Trimmed, NDArray[np.int16]] | LeftOut:
    """Return a clip's event with its sound (T,), or why it cannot be used.

    Args:
        waveform: of the clip (C, T).
        sample_rate_hz: of the clip.
        heard_s: from when to when an ear heard it; None where level alone tells.
        lasts: whether it is a sound that lasts, of which any part is one.
        goes_on: whether the recording goes on before the clip's first sample, and behind its last.
        settings: rate, shortest and longest event.
    """
    if clipped_share(waveform) > _MAX_CLIPPED_SHARE:
        return LeftOut.CLIPPED
    mono = waveform[0] if len(waveform) == 1 else waveform.mean(axis=0, dtype=np.float32)
    rate_hz = settings.sample_rate_hz
    if rate_hz != sample_rate_hz:
        mono = soxr.resample(mono, sample_rate_hz, rate_hz, quality="HQ")
    span = find_span(mono, rate_hz, heard_s, settings.min_s, settings.max_s)
    if isinstance(span, LeftOut):
        return span
    is_short = not lasts and span.end_frame - span.start_frame < _FRAGMENT_S * rate_hz
    if is_short and any(sounds and more for sounds, more in zip(span.sounds_at_edges, goes_on, strict=True)):
        return LeftOut.CUT_OFF
    event: NDArray[np.float32] = mono[span.start_frame : span.end_frame].copy()
    if active_level_dbfs(event, rate_hz) < _MIN_LEVEL_DBFS:
        return LeftOut.TOO_QUIET
    fade(event, rate_hz, span.is_cut_at_start or goes_on[0], span.is_cut_at_end or goes_on[1])
    samples = _quantised(event)
    trimmed = Trimmed(
        round(span.start_frame / rate_hz, 4),
        round(span.end_frame / rate_hz, 4),
        round(active_level_dbfs(dequantise(samples, 16), rate_hz), _DECIMALS),
        _peak_dbfs(samples),
    )
    return trimmed, samples


def fade(waveform: NDArray[np.float32], sample_rate_hz: int, at_start: bool, at_end: bool) -> None:
    """Fade a sound in and out, in place, where it was cut; raised cosine.

    Args:
        waveform: (T,).
        sample_rate_hz: of the waveform.
        at_start: fade it in.
        at_end: fade it out.
    """
    for wanted, length_s, whole in ((at_start, _FADE_IN_S, waveform), (at_end, _FADE_OUT_S, waveform[::-1])):
        length = min(round(length_s * sample_rate_hz), len(whole))
        if wanted and length:
            whole[:length] *= (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)).astype(np.float32)


def _quantised(waveform: NDArray[np.float32]) -> NDArray[np.int16]:
    """Round to 16 bit; a crest that resampling carried beyond full scale lowers the whole, so that none is cut."""
    peak = float(np.abs(waveform).max(initial=0.0)) * (_FULL + 1)
    scale = (_FULL + 1) * min(1.0, _FULL / peak if peak else 1.0)
    samples: NDArray[np.int16] = np.rint(waveform * np.float32(scale)).clip(-_FULL, _FULL).astype(np.int16)
    return samples


def _peak_dbfs(samples: NDArray[np.int16]) -> float:
    peak = int(np.abs(samples.astype(np.int32)).max(initial=0))
    return round(20 * float(np.log10(peak / (_FULL + 1))), _DECIMALS) if peak else SILENCE_DBFS
