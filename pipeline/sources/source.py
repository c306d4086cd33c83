"""The one contract of inputs: a source lists what it holds and opens any of it; it never looks into the sound.

A source is small, can be pickled, and keeps no file open: a worker rebuilds it and opens by `Input` alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from mkaudio.pipeline.sources.address import Address
from mkaudio.pipeline.sources.escape import escape_path
from mkaudio.pipeline.sources.notes import Notes
from mkaudio.shards.audio_info import AudioInfo
from mkaudio.shards.composition import Composition
from mkaudio.shards.reasons import Refusal


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that should be a sound, and what lies beside it.

    Args:
        path: escaped, relative to the source's root; `a/b.tar::member.wav` in a tar, `x.parquet::17` in Parquet.
        kind: "file", "tar", "parquet" or "composition": how it is opened.
        size_bytes: of the sound itself; 0 where that is not known (Parquet rows, refused inputs).
        mtime_ns: of the file that holds it; in whole seconds in a store, 0 where the store does not say.
        offset: where a tar member's data begin, in bytes; the row number in Parquet; else 0.
        labels: labels and captions found beside the sound, in order, each once.
        language: of the labels, as stated; "" where nobody says.
        group: what must never be split between train and test (uploader, video id, recording).
        licence: of the sound.
        attribution: whom to credit.
        source_url: where it came from.
        refusal: why it is already known to be of no use; None for what looks sound.
        info: what its header will say, where that is known before it is there; None where it must be read.
    """

    path: str
    kind: str
    size_bytes: int = 0
    mtime_ns: int = 0
    offset: int = 0
    labels: tuple[str, ...] = ()
    language: str = ""
    group: str = ""
    licence: str = ""
    attribution: str = ""
    source_url: str = ""
    refusal: Refusal | None = None
    info: AudioInfo | None = None

    def with_notes(self, notes: Notes) -> "Input":
        """Return the same input with what lies beside it.

        Args:
            notes: labels, language, group, licence, attribution and address.
        """
        return replace(
            self,
            labels=notes.labels,
            language=notes.language,
            group=notes.group,
            licence=notes.licence,
            attribution=notes.attribution,
            source_url=notes.source_url,
        )


class Source(Protocol):
    """Something that holds sounds: a folder, a list, a tar, a Parquet file.

    `root` is the folder, on disk or in a store, that paths are relative to, `root_name` its name in the dataset,
    `identity` a hash of where the input lies: two folders of the same name are not the same input. `ignored` says after
    (and while) listing what was passed over and is no input: extension, or a remark in brackets → how many.
    `keeps_duplicates` says that inputs of equal bytes are meant to be there.
    """

    root: Path | Address
    root_name: str
    identity: str
    ignored: Counter[str]
    keeps_duplicates: bool = False

    def inputs(self) -> Iterator[Input]:
        """Yield every input once, sorted by the bytes of its path; refused ones too. Clears `ignored` first.

        A folder or tar that is refused as a whole stands where its contents would: as `name/` or `name::`.
        """
        ...

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of an input as a seekable stream.

        Args:
            item: what `inputs` yielded, in this process or in another.

        Raises:
            Refusal: VANISHED, CHANGED since it was listed, UNREADABLE, MISSING, or what the listing already said.
        """
        ...

    def composition(self, item: Input) -> Composition | None:
        """Return how an input is composed of others; None for a recording.

        Args:
            item: what `inputs` yielded.
        """
        return None


def root_name_of(root: Path | Address) -> str:
    """Return the name that a dataset gives to the inputs under a folder: the folder's own.

    Args:
        root: the folder; relative ones are taken from the working directory.

    >>> root_name_of(Path("data/audiosets"))
    'audiosets'
    """
    name = root.name.encode() if isinstance(root, Address) else bytes(root.resolve()).rpartition(b"/")[2]
    return escape_path(name) or "root"
