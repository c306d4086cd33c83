"""Plan rows → windows of sound: open, hash, decode block by block, mix, resample, quantise, encode.

C channels, T samples. All that a window costs outside the models is done here, in the thread that runs ahead of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from mkaudio.pipeline.config import DistillConfig
from mkaudio.pipeline.filters import Sound, first_refusal, sound_filters
from mkaudio.pipeline.index import stop_if_all_is_gone, unreadable
from mkaudio.pipeline.rows import PlanRow
from mkaudio.pipeline.sources import Source
from mkaudio.shards import AudioReader, Reason, Refusal, dequantise, encode_flac, quantise, sha256_of_stream

_FLAC_CHANNELS = 8
_SILENCE_DBFS = -200.0


@dataclass(frozen=True, slots=True)
class Window:
    """A window that can be heard.

    Args:
        row: its plan row.
        number: of the window in its source.
        start_s: where in the source it starts.
        samples: integer samples as stored (C, T).
        sample_rate_hz: of the samples.
        bit_depth: 16 or 24.
        flac: the samples, encoded; empty where the window may still be left out (`config.decides_after_hearing`).
        sha256: of the source.
        heard: rate in Hz → mono waveform (T,) for the models.
        rms_dbfs: level over all channels.
        peak_dbfs: highest absolute sample.
    """

    row: PlanRow
    number: int
    start_s: float
    samples: NDArray[np.int16] | NDArray[np.int32]
    sample_rate_hz: int
    bit_depth: int
    flac: bytes
    sha256: str
    heard: Mapping[int, NDArray[np.float32]]
    rms_dbfs: float
    peak_dbfs: float

    @property
    def key_number(self) -> int:
        """Number of the window in the dataset."""
        return self.row.first_key + self.number - self.row.first_window

    @property
    def duration_s(self) -> float:
        """Length of the sound."""
        return float(self.samples.shape[1] / self.sample_rate_hz)


@dataclass(frozen=True, slots=True)
class Left:
    """Windows that do not come: refused, or left out by a filter; `window` None means the source as a whole."""

    row: PlanRow
    window: int | None
    n_windows: int
    stage: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class EndOfRow:
    """Every window of a row has been accounted for."""

    row: PlanRow


def decode_rows(
    rows: Iterable[PlanRow],
    sources: Mapping[str, Source],
    config: DistillConfig,
    rates_hz: tuple[int, ...],
    verdicts: Mapping[str, Refusal],
) -> Iterator[Window | Left | EndOfRow]:
    """Decode the rows of a shard in order; every planned window is yielded or accounted for.

    Args:
        rows: of the plan.
        sources: root name → what opens its inputs.
        config: windows, stored rate and channels, filters.
        rates_hz: rates at which models hear.
        verdicts: input → why it is not even opened.

    Yields:
        Windows and what is left out of them, and an `EndOfRow` behind each row.
    """
    for row in rows:
        verdict = verdicts.get(row.name)
        if row.refusal:
            yield Left(row, None, 0, "index", Refusal(Reason(row.refusal), row.refusal_message))
        elif verdict and not row.duplicate_of:
            yield Left(row, None, row.n_windows, "worker", verdict)
        elif row.n_windows:
            yield from _judged_silent(row, _windows(row, sources[row.source_root], config, rates_hz), config)
        yield EndOfRow(row)


def _windows(row: PlanRow, source: Source, config: DistillConfig, rates_hz: tuple[int, ...]) -> Iterator[Window | Left]:
    length = config.window_frames(row.sample_rate_hz)
    end = row.first_window + row.n_windows
    number = row.first_window
    try:
        with source.open(row.as_input()) as handle:
            digest = row.sha256 or sha256_of_stream(handle)
            with AudioReader(handle, row.info) as reader:
                for number in range(row.first_window, end):
                    frames = min(length, row.n_frames - number * length)
                    if number and frames < min(length, config.min_tail_s * row.sample_rate_hz):
                        seconds = frames / row.sample_rate_hz
                        tail = Refusal(
                            Reason.SHORT_TAIL,
                            f"the last {seconds:.3f} s; a last window has at least {config.min_tail_s:g} s",
                        )
                        yield Left(row, number, 1, "filter", tail)
                        continue
                    try:
                        waveform = reader.read(number * length, frames)
                    except Refusal as refusal:
                        if refusal.reason is not Reason.NOT_FINITE:
                            raise
                        yield Left(row, _window_or_source(row, number), 1, "decode", refusal)
                        continue
                    if waveform.shape[1] == 0:
                        yield Left(row, number, 1, "filter", Refusal(Reason.SHORT_TAIL, "the codec's padding"))
                        continue
                    yield _window(row, number, waveform, digest, config, rates_hz)
    except Refusal as refusal:
        stop_if_all_is_gone(source, refusal)
        yield Left(row, _window_or_source(row, number), end - number, "decode", refusal)
    except OSError as error:  # nothing is written here: it is the input that the system cannot read
        yield Left(row, _window_or_source(row, number), end - number, "decode", unreadable(error))


def _window_or_source(row: PlanRow, number: int) -> int | None:
    """Return None for the first window of a source: the source as a whole is meant."""
    return number or None if row.n_windows > 1 else (number if row.first_window else None)


def _window(
    row: PlanRow,
    number: int,
    waveform: NDArray[np.float32],
    digest: str,
    config: DistillConfig,
    rates_hz: tuple[int, ...],
) -> Window | Left:
    decoded = waveform
    if config.store_channels == "mono":
        waveform = waveform.mean(axis=0, keepdims=True, dtype=np.float32) if len(waveform) > 1 else waveform
    elif len(waveform) > _FLAC_CHANNELS:
        raise Refusal(
            Reason.TOO_MANY_CHANNELS,
            f"{len(waveform)} channels; FLAC holds {_FLAC_CHANNELS}: use --store-channels mono",
        )
    rate = config.store_rate_hz or row.sample_rate_hz
    if rate != row.sample_rate_hz:
        waveform = soxr.resample(waveform.T, row.sample_rate_hz, rate, quality="HQ").T
    samples = quantise(waveform, row.bit_depth)
    peak, rms = _levels(samples, row.bit_depth)
    refusal = first_refusal(sound_filters(config), Sound(decoded, row.sample_rate_hz, peak))
    if refusal:
        return Left(row, number, 1, "filter", refusal)
    return Window(
        row=row,
        number=number,
        start_s=number * config.window_frames(row.sample_rate_hz) / row.sample_rate_hz,
        samples=samples,
        sample_rate_hz=rate,
        bit_depth=row.bit_depth,
        flac=b"" if config.decides_after_hearing else encode_flac(samples, rate, row.bit_depth),
        sha256=digest,
        heard=_heard(samples, rate, row.bit_depth, rates_hz),
        rms_dbfs=rms,
        peak_dbfs=peak,
    )


def _heard(
    samples: NDArray[np.int16] | NDArray[np.int32], rate_hz: int, bit_depth: int, rates_hz: tuple[int, ...]
) -> dict[int, NDArray[np.float32]]:
    """Return what the models hear: the stored sound, so that a later pass over the shards hears the same."""
    waveform = dequantise(samples, bit_depth)
    mono = waveform[0] if len(waveform) == 1 else waveform.mean(axis=0, dtype=np.float32)
    return {
        wanted: mono if wanted == rate_hz else soxr.resample(mono, rate_hz, wanted, quality="HQ") for wanted in rates_hz
    }


def _levels(samples: NDArray[np.int16] | NDArray[np.int32], bit_depth: int) -> tuple[float, float]:
    """Return peak and RMS in dB of full scale, rounded to 0.01 dB."""
    full = float(1 << (bit_depth - 1))
    flat = samples.reshape(-1)
    if flat.size == 0:
        return _SILENCE_DBFS, _SILENCE_DBFS
    peak = max(-float(flat.min()), float(flat.max())) / full
    rms = float(np.sqrt(np.mean(np.square(flat, dtype=np.float32), dtype=np.float64))) / full
    return _dbfs(peak), _dbfs(rms)


def _dbfs(value: float) -> float:
    return round(20 * float(np.log10(value)), 2) if value > 0 else _SILENCE_DBFS


def _judged_silent(row: PlanRow, windows: Iterator[Window | Left], config: DistillConfig) -> Iterator[Window | Left]:
    """Hold silent windows back to the end; where no window of a source can be heard, it is refused as silent.

    Yields:
        What came in, the silent windows last.
    """
    silent: list[Left] = []
    others = 0
    for window in windows:
        reason = window.refusal.reason if isinstance(window, Left) else None
        if isinstance(window, Left) and reason is Reason.SILENT_WINDOW:
            silent.append(window)
        else:
            others += reason is not Reason.SHORT_TAIL
            yield window
    if silent and not others and row.n_windows == config.n_windows(row.n_frames, row.sample_rate_hz):
        verdict = Refusal(Reason.ALL_SILENT, f"all {len(silent)} windows: {silent[0].refusal.message}")
        yield Left(row, row.first_window or None, len(silent), "decode", verdict)
    else:
        yield from silent
