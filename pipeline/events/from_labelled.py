"""Labelled sounds that nobody distilled: lists with a label column, x.txt beside x.wav, names of files and folders."""

import hashlib
from collections.abc import Iterator
from functools import partial

from mkaudio.pipeline.events.clip import EventClip, Sound
from mkaudio.pipeline.file_words import words_of_path
from mkaudio.pipeline.index import stop_if_all_is_gone, unreadable
from mkaudio.pipeline.sources import Input, Source
from mkaudio.shards import AudioReader, Refusal, probe, sha256_of_stream

_LOOK_S = 30.0
"""Of a long recording, so much is looked at: three times the longest event by default, for those that begin late."""


class LabelledClips:
    """A folder, list, tar or Parquet as a source of events: the label names them, level alone tells when they sound.

    Args:
        source: what opens the inputs.
    """

    kind = "labelled sounds"
    n_clips: int | None = None

    def __init__(self, source: Source) -> None:
        self.name = source.root_name
        self._source = source
        self._digest = hashlib.sha256()

    def fingerprint(self) -> str:
        """Return the sha256 over path, size and labels of what `clips` has yielded."""
        return self._digest.hexdigest()

    def clips(self) -> Iterator[EventClip]:
        """Yield every input; words of its name stand in where nothing lies beside it."""
        for item in self._source.inputs():
            self._digest.update(repr((item.path, item.size_bytes, item.labels, item.language)).encode())
            labels = item.labels or tuple(filter(None, (words_of_path(item.path),)))
            yield EventClip(
                source=self.name,
                source_root=self._source.root_name,
                source_path=item.path,
                source_key="",
                labels=labels,
                language=item.language,
                heard=None,
                duration_s=0.0,
                read=partial(_read, self._source, item),
                group=item.group,
                licence=item.licence,
                attribution=item.attribution,
                source_url=item.source_url,
            )


def _read(source: Source, item: Input) -> Sound:
    """Read the head of a sound.

    Raises:
        Refusal: it cannot be read.
    """
    if item.refusal:
        raise item.refusal
    try:
        with source.open(item) as handle:
            digest, info = sha256_of_stream(handle), probe(handle)
            n_frames = min(info.n_frames, round(_LOOK_S * info.sample_rate_hz))
            with AudioReader(handle, info) as reader:
                waveform = reader.read(0, n_frames)
    except Refusal as refusal:
        stop_if_all_is_gone(source, refusal)
        raise
    except OSError as error:
        verdict = unreadable(error)
        raise verdict from error
    return Sound(waveform, info.sample_rate_hz, (False, n_frames < info.n_frames), digest)
