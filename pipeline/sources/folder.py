"""A folder, walked in the byte order of full paths without holding more than one folder a level in memory."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mkaudio.pipeline.sources.escape import JOINT, escape_path, unescape_path
from mkaudio.pipeline.sources.files import extension_of, is_sound_name, look_at, open_as_listed
from mkaudio.pipeline.sources.notes import Notes, notes_of_json, notes_of_text
from mkaudio.pipeline.sources.source import Input, root_name_of
from mkaudio.pipeline.sources.tar import open_member, tar_inputs
from mkaudio.shards.reasons import Reason, Refusal

_SIDECARS = {b".txt": notes_of_text, b".json": notes_of_json}
_MAX_SIDECAR_BYTES = 1 << 20
_MAX_DEPTH = 300
"""Folders in folders: each is a generator in a generator, of which Python allows about 1,000 (sys.getrecursionlimit)."""
_DATASET = frozenset({b"dataset.json", b"shards", b"commits"})
"""What a folder holds that `mkaudio distill` wrote: its own output is no input, wherever it lies."""


class FolderSource:
    """Sounds in a folder and below; a tar in it is opened as a source of its own.

    Args:
        root: the folder.
        root_name: its name in the dataset; the folder's own where None.
        only: name of the one file that is meant, where the user named a file.
    """

    def __init__(self, root: Path, root_name: str | None = None, only: str | None = None) -> None:
        self.root = root
        self.root_name = root_name or root_name_of(root)
        self.identity = ""
        self.ignored: Counter[str] = Counter()
        self._only = only

    def inputs(self) -> Iterator[Input]:
        """Yield every sound, in the byte order of its path; hidden files and folders are passed over."""
        self.ignored.clear()
        if self._only is not None:
            yield from self._file(b"", os.fsencode(self._only))
        else:
            above = [parent.stat() for parent in self.root.resolve().parents]
            yield from self._walk(b"", tuple((found.st_dev, found.st_ino) for found in above))

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of a sound.

        Args:
            item: what `inputs` yielded.

        Returns:
            A seekable binary file.
        """
        outer, joint, _ = item.path.partition(JOINT)
        path = os.path.join(os.fsencode(self.root), unescape_path(outer))
        return open_member(path, item) if joint else open_as_listed(path, item, item.size_bytes)

    def _walk(self, folder: bytes, above: tuple[tuple[int, int], ...]) -> Iterator[Input]:
        path = os.path.join(os.fsencode(self.root), folder)
        if folder.count(b"/") > _MAX_DEPTH:
            yield _refused(
                folder, Refusal(Reason.UNREADABLE, f"more than {_MAX_DEPTH} folders deep: name it as an input")
            )
            return
        try:
            found = os.stat(path)
            with os.scandir(path) as listing:
                entries = [(entry.name, _is_folder(entry)) for entry in listing]
        except OSError as error:
            yield _refused(folder, Refusal(Reason.UNREADABLE, f"the folder cannot be listed: {error.strerror}"))
            return
        if {name for name, _ in entries} >= _DATASET:
            if not folder:
                raise ValueError(
                    f"--input {self.root} is a dataset that mkaudio made; its sounds are in {self.root / 'shards'}"
                )
            self.ignored["(mkaudio dataset)"] += 1
            return
        here = (found.st_dev, found.st_ino)
        if here in above:
            yield _refused(folder, Refusal(Reason.SYMLINK_LOOP, "the link leads to a folder that it lies in"))
            return
        steps: list[tuple[bytes, str, bytes]] = []
        for name, is_folder in entries:
            if name.startswith(b"."):
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
        for _, kind, name in sorted(steps):
            if kind == "folder":
                yield from self._walk(os.path.join(folder, name), (*above, here))
            elif kind == "tar":
                yield from tar_inputs(os.path.join(path, name), escape_path(os.path.join(folder, name)), self.ignored)
            else:
                yield from self._file(folder, name)

    def _file(self, folder: bytes, name: bytes) -> Iterator[Input]:
        relative = os.path.join(folder, name)
        path = os.path.join(os.fsencode(self.root), relative)
        size, mtime_ns, refusal = look_at(path)
        item = Input(escape_path(relative), "file", size, mtime_ns, refusal=refusal)
        yield item if refusal else item.with_notes(_notes_beside(path))


def _is_folder(entry: "os.DirEntry[bytes]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _refused(folder: bytes, refusal: Refusal) -> Input:
    return Input(escape_path(folder) or ".", "file", refusal=refusal)


def _notes_beside(path: bytes) -> Notes:
    """Read x.txt and x.json beside x.wav; one that cannot be read says nothing."""
    notes = Notes()
    stem = os.path.splitext(path)[0]
    for ending, read in _SIDECARS.items():
        try:
            if os.path.isfile(stem + ending) and os.path.getsize(stem + ending) <= _MAX_SIDECAR_BYTES:
                notes = notes.merged(read(Path(os.fsdecode(stem + ending)).read_bytes()))
        except (OSError, ValueError):
            continue
    return notes
