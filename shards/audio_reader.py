"""Any sound file as float samples, block by block; memory does not grow with the file. C channels, T samples."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from mkaudio.shards.audio_info import LOSSLESS, LOSSY_SLACK_FRAMES, AudioInfo
from mkaudio.shards.probe import for_soundfile
from mkaudio.shards.reasons import Reason, Refusal

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame


class AudioReader:
    """Reads spans of a sound file; cheap where they follow each other. A context manager.

    Args:
        handle: the open file.
        info: what `probe` found.
    """

    def __init__(self, handle: BinaryIO, info: AudioInfo) -> None:
        self._info = info
        self._decoder: _Decoder = _PyAv(handle, info) if info.decoder == "pyav" else _SoundFile(handle, info)

    def __enter__(self) -> "AudioReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._decoder.close()

    def read(self, start_frame: int, n_frames: int) -> NDArray[np.float32]:
        """Return a span, full scale [-1, 1); floats beyond it as they are.

        Args:
            start_frame: where it begins.
            n_frames: how long it is.

        Returns:
            (C, T); T is less than asked for only at the end of a lossy file, by at most `LOSSY_SLACK_FRAMES`.

        Raises:
            Refusal: DECODE_ERROR; TRUNCATED, where fewer frames arrive than the header states; NOT_FINITE.
        """
        waveform = self._decoder.read(start_frame, n_frames)
        missing = n_frames - waveform.shape[1]
        at_end = start_frame + n_frames >= self._info.n_frames
        if missing and (self._info.container in LOSSLESS or not at_end or missing > LOSSY_SLACK_FRAMES):
            found = start_frame + waveform.shape[1]
            raise Refusal(
                Reason.TRUNCATED, f"its header states {self._info.n_frames:,} frames, decoding ends after {found:,}"
            )
        if not np.isfinite(waveform.sum(dtype=np.float64)):
            bad = int(np.flatnonzero(~np.isfinite(waveform).all(axis=0))[0])
            second = (start_frame + bad) / self._info.sample_rate_hz
            raise Refusal(Reason.NOT_FINITE, f"a sample at {second:.3f} s is NaN or infinite")
        return waveform


class _Decoder(Protocol):
    def read(self, start_frame: int, n_frames: int) -> NDArray[np.float32]: ...

    def close(self) -> None: ...


_UNSEEKABLE = frozenset({"OGG", "OPUS"})
"""libsndfile's seek lands beside the frame in Vorbis (measured: in 32 of 249 real files), and spoils the end of Opus."""
_SKIP_FRAMES = 1 << 16


class _ForwardFile(soundfile.SoundFile):  # type: ignore[misc]
    """Says that it cannot seek, since soundfile seeks behind every read of a file that can."""

    def seekable(self) -> bool:
        return False


class _SoundFile:
    def __init__(self, handle: BinaryIO, info: AudioInfo) -> None:
        opens = _ForwardFile if info.container in _UNSEEKABLE else soundfile.SoundFile
        try:
            self._file = opens(for_soundfile(handle), closefd=False)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise Refusal(Reason.DECODE_ERROR, f"cannot be opened any more: {error}") from error
        self._position = 0

    def read(self, start_frame: int, n_frames: int) -> NDArray[np.float32]:
        try:
            self._go_to(start_frame)
            frames = self._file.read(n_frames, dtype="float32", always_2d=True)
        except (soundfile.LibsndfileError, RuntimeError) as error:
            raise Refusal(Reason.DECODE_ERROR, f"behind frame {start_frame:,}: {error}") from error
        self._position = start_frame + len(frames)
        return np.ascontiguousarray(frames.T)

    def _go_to(self, start_frame: int) -> None:
        if self._file.seekable():
            if start_frame != self._position:
                self._file.seek(start_frame)
            return
        if start_frame < self._position:
            raise ValueError(f"spans are read in order: {start_frame} after {self._position}")
        while self._position < start_frame:
            skipped = len(self._file.read(min(_SKIP_FRAMES, start_frame - self._position), dtype="float32"))
            if not skipped:
                return
            self._position += skipped

    def close(self) -> None:
        self._file.close()


class _PyAv:
    """FFmpeg has no exact seek: a later start decodes from the beginning and throws away."""

    def __init__(self, handle: BinaryIO, info: AudioInfo) -> None:
        import av
        import av.error

        handle.seek(0)
        self._errors = (av.error.FFmpegError, ValueError, EOFError)
        try:
            self._container = av.open(handle, "r", metadata_errors="ignore")
        except self._errors as error:
            raise Refusal(Reason.DECODE_ERROR, f"cannot be opened any more: {error}") from error
        if not self._container.streams.audio or self._container.streams.audio[0].codec_context is None:
            raise Refusal(Reason.DECODE_ERROR, "its sound has an unknown codec")
        self._blocks = self._decode(info)
        self._waiting = np.zeros((info.channels, 0), np.float32)
        self._position = 0

    def _decode(self, info: AudioInfo) -> Iterator[NDArray[np.float32]]:
        import av

        stream = self._container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", layout=stream.codec_context.layout, rate=info.sample_rate_hz)
        frames: Iterator[AudioFrame | None] = self._container.decode(stream)
        for frame in frames:
            for converted in resampler.resample(frame):
                yield np.asarray(converted.to_ndarray(), np.float32)

    def read(self, start_frame: int, n_frames: int) -> NDArray[np.float32]:
        if start_frame < self._position:
            raise ValueError(f"spans are read in order: {start_frame} after {self._position}")
        while self._position < start_frame and self._fill(1):
            self._take(min(start_frame - self._position, self._waiting.shape[1]))
        self._fill(n_frames)
        return self._take(n_frames)

    def _fill(self, n_frames: int) -> bool:
        """Decode until so many frames wait; return whether any do.

        Raises:
            Refusal: DECODE_ERROR.
        """
        blocks, have = [self._waiting], self._waiting.shape[1]
        try:
            while have < n_frames:
                blocks.append(next(self._blocks))
                have += blocks[-1].shape[1]
                if len(blocks[-1]) != len(self._waiting):
                    change = f"{len(blocks[-1])} channels after {len(self._waiting)}"
                    raise Refusal(Reason.DECODE_ERROR, f"behind frame {self._position:,}: {change}")
        except StopIteration:
            pass
        except self._errors as error:
            raise Refusal(Reason.DECODE_ERROR, f"behind frame {self._position + have:,}: {error}") from error
        self._waiting = np.concatenate(blocks, axis=1) if len(blocks) > 1 else self._waiting
        return have > 0

    def _take(self, n_frames: int) -> NDArray[np.float32]:
        taken, self._waiting = self._waiting[:, :n_frames], self._waiting[:, n_frames:]
        self._position += taken.shape[1]
        return np.ascontiguousarray(taken)

    def close(self) -> None:
        self._container.close()
