"""A folder, walked in the byte order of full paths without holding more than one folder a level in memory."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mkaudio.pipeline.sources.address import Address
from mkaudio.pipeline.sources.escape import JOINT, escape_path, unescape_path
from mkaudio.pipeline.sources.files import extension_of, is_sound_name
from mkaudio.pipeline.sources.notes import Notes, notes_of_json, notes_of_text
from mkaudio.pipeline.sources.place import Folder
from mkaudio.pipeline.sources.places import bytes_of, place_of
from mkaudio.pipeline.sources.source import Input, Source, root_name_of
from mkaudio.pipeline.sources.tar import tar_inputs
from mkaudio.shards.reasons import Reason, Refusal

_SIDECARS = {b".txt": notes_of_text, b".json": notes_of_json}
_MAX_SIDECAR_BYTES = 1 << 20
_MAX_DEPTH = 300
"""Folders in folders: each is a generator in a generator, of which Python allows about 1,000 (sys.getrecursionlimit)."""
_DATASET = frozenset({b"dataset.json", b"shards", b"commits"})
"""What a folder holds that `mkaudio distill` wrote: its own output is no input, wherever it lies."""


class FolderSource(Source):
    """Sounds in a folder and below; a tar in it is opened as a source of its own.

    Args:
        root: the folder.
        root_name: its name in the dataset; the folder's own where None.
        only: name of the one file that is meant, where the user named a file.
    """

    def __init__(self, root: Path | Address, root_name: str | None = None, only: str | None = None) -> None:
        self.root: Path | Address = root
        self.root_name = root_name or root_name_of(root)
        self.identity = ""
        self.ignored: Counter[str] = Counter()
        self._only = only
        self._place, self._path = place_of(root), bytes_of(root)

    def inputs(self) -> Iterator[Input]:
        """Yield every sound, in the byte order of its path; hidden files and folders are passed over."""
        self.ignored.clear()
        if self._only is not None:
            yield from self._file(self._place.folder(self._path), b"", os.fsencode(self._only))
        else:
            yield from self._walk(b"", self._place.above(self._path))

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of a sound.

        Args:
            item: what `inputs` yielded.

        Returns:
            A seekable binary file.
        """
        outer, joint, _ = item.path.partition(JOINT)
        path = os.path.join(self._path, unescape_path(outer))
        return self._place.open_part(path, item) if joint else self._place.open_as_listed(path, item)

    def _walk(self, folder: bytes, above: tuple[tuple[int, int], ...]) -> Iterator[Input]:
        path = os.path.join(self._path, folder)
        if folder.count(b"/") > _MAX_DEPTH:
            yield _refused(
                folder, Refusal(Reason.UNREADABLE, f"more than {_MAX_DEPTH} folders deep: name it as an input")
            )
            return
        try:
            here = self._place.folder(path)
            entries = here.entries()
        except OSError as error:
            yield _refused(
                folder, Refusal(Reason.UNREADABLE, f"the folder cannot be listed: {error.strerror or error}")
            )
            return
        if {name for name, _ in entries} >= _DATASET:
            if not folder:
                shards = os.path.join(str(self.root), "shards")
                raise ValueError(f"--input {self.root} is a dataset that mkaudio made; its sounds are in {shards}")
            self.ignored["(mkaudio dataset)"] += 1
            return
        if here.identity in above:
            yield _refused(folder, Refusal(Reason.SYMLINK_LOOP, "the link leads to a folder that it lies in"))
            return
        inside = (*above, here.identity) if here.identity else above
        steps: list[tuple[bytes, str, bytes]] = []
        for name, is_folder in entries:
            if not name:
                yield _refused(
                    os.path.join(folder, b"/"), Refusal(Reason.UNSAFE_NAME, "a folder without a name: rename it")
                )
            elif name.startswith(b"."):
                self.ignored["(hidden)"] += 1
            elif is_folder:
                steps.append((name + b"/", "folder", name))
                steps += [(name, "file", name)] if is_sound_name(name) else []
            elif name.lower().endswith(b".tar"):
                steps.append((name + JOINT.encode(), "tar", name))
            elif is_sound_name(name):
                steps.append((name, "file", name))
            else:
                self.ignored[extension_of(name) or "(no ending)"] += 1
        for _, kind, name in sorted(set(steps)):  # a store may have an object and a folder of one name
            if kind == "folder":
                yield from self._walk(os.path.join(folder, name), inside)
            elif kind == "tar":
                outer = escape_path(os.path.join(folder, name))
                yield from tar_inputs(self._place, os.path.join(path, name), outer, self.ignored)
            else:
                yield from self._file(here, folder, name)

    def _file(self, here: Folder, folder: bytes, name: bytes) -> Iterator[Input]:
        size, mtime_ns, refusal = here.look_at(name)
        item = Input(escape_path(os.path.join(folder, name)), "file", size, mtime_ns, refusal=refusal)
        yield item if refusal else item.with_notes(_notes_beside(here, name))


def _refused(folder: bytes, refusal: Refusal) -> Input:
    return Input(escape_path(folder) or ".", "file", refusal=refusal)


def _notes_beside(here: Folder, name: bytes) -> Notes:
    """Read x.txt and x.json beside x.wav; one that cannot be read says nothing."""
    notes = Notes()
    stem = os.path.splitext(name)[0]
    for ending, read in _SIDECARS.items():
        try:
            data = here.small_file(stem + ending, _MAX_SIDECAR_BYTES)
            notes = notes if data is None else notes.merged(read(data))
        except (OSError, ValueError):
            continue
    return notes
