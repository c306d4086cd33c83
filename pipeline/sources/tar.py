"""A plain tar, as WebDataset writes it: members are listed by their headers and read in place, never extracted."""

import io
import os
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from mkaudio.pipeline.sources.escape import JOINT, escape_path
from mkaudio.pipeline.sources.files import extension_of, is_sound_name, look_at, open_as_listed
from mkaudio.pipeline.sources.notes import Notes, notes_of_json, notes_of_text
from mkaudio.pipeline.sources.source import Input, root_name_of
from mkaudio.shards.reasons import Reason, Refusal

_NOTES = {".txt": notes_of_text, ".json": notes_of_json, ".cls": notes_of_text}
_MAX_NOTE_BYTES = 1 << 20


class TarSource:
    """The sounds of one tar.

    Args:
        path: the tar.
        root_name: name of its folder in the dataset; the folder's own where None.
    """

    def __init__(self, path: Path, root_name: str | None = None) -> None:
        self.root = path.parent
        self.root_name = root_name or root_name_of(path.parent)
        self.identity = ""
        self.ignored: Counter[str] = Counter()
        self._path = path

    def inputs(self) -> Iterator[Input]:
        """Yield every sound of the tar, in the byte order of its name."""
        self.ignored.clear()
        yield from tar_inputs(os.fsencode(self._path), escape_path(os.fsencode(self._path.name)), self.ignored)

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of a member.

        Args:
            item: what `inputs` yielded.

        Returns:
            A seekable view of a part of the tar.
        """
        return open_member(os.fsencode(self._path), item)


def tar_inputs(path: bytes, name: str, ignored: Counter[str]) -> Iterator[Input]:
    """Yield the sounds of a tar, in the byte order of their names; a row of its own says where the tar is cut off.

    Args:
        path: of the tar, in the file system's own bytes.
        name: of the tar in the dataset, escaped.
        ignored: counts what is no sound.
    """
    size, mtime_ns, refusal = look_at(path)
    members: list[tarfile.TarInfo] = []
    if refusal is None:
        members, refusal = _members(path, size)
    if refusal:
        yield Input(name, "file", size, mtime_ns, refusal=refusal)
        if refusal.reason is not Reason.TRUNCATED:
            return
    notes = _notes_by_key(path, members)
    sounds: dict[bytes, tarfile.TarInfo] = {}
    for member in members:
        encoded = os.fsencode(member.name)
        if any(part.startswith(".") and part not in {".", ".."} for part in member.name.split("/")):
            ignored["(hidden)"] += not member.isdir()
        elif is_sound_name(encoded) and not member.isdir():
            if encoded in sounds:
                ignored["(tar member overwritten by a later one)"] += 1
            sounds[encoded] = member
        elif member.isfile() and extension_of(encoded) not in _NOTES:
            ignored[extension_of(encoded) or "(no ending)"] += 1
    for encoded, member in sorted(sounds.items()):
        item = Input(
            f"{name}{JOINT}{escape_path(encoded)}", "tar", member.size, mtime_ns, member.offset_data,
            refusal=_member_refusal(member),
        )  # fmt: skip
        yield item.with_notes(notes.get(_key(member.name), Notes()))


def open_member(path: bytes, item: Input) -> BinaryIO:
    """Return a view of a member's bytes.

    Args:
        path: of the tar.
        item: what `tar_inputs` yielded.

    Returns:
        A seekable binary file that owns the open tar.
    """
    return cast(BinaryIO, _Slice(open_as_listed(path, item), item.offset, item.size_bytes))


class _Slice(io.RawIOBase):
    """A read-only part of a file."""

    def __init__(self, handle: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._handle, self._start, self._size, self._position = handle, start, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        count = max(0, min(len(buffer), self._size - self._position))
        self._handle.seek(self._start + self._position)
        data = self._handle.read(count)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def close(self) -> None:
        self._handle.close()
        super().close()


def _members(path: bytes, size: int) -> tuple[list[tarfile.TarInfo], Refusal | None]:
    """Return the members that are whole, and what is wrong with the tar, if anything."""
    members: list[tarfile.TarInfo] = []
    try:
        with io.FileIO(path) as handle, tarfile.open(fileobj=handle, mode="r:", errors="surrogateescape") as tar:
            for member in tar:
                if member.isreg() and not member.issparse() and member.offset_data + member.size > size:
                    break
                members.append(member)
            handle.seek(tar.offset)  # where the next header is due; tarfile takes a bad one for the end, in silence
            ended = handle.read(tarfile.BLOCKSIZE) == bytes(tarfile.BLOCKSIZE)
    except (tarfile.TarError, EOFError) as error:
        if not members:
            return [], Refusal(Reason.NOT_AUDIO, f"not a plain tar: {error}")
        return members, Refusal(Reason.TRUNCATED, f"cut off behind member {members[-1].name!r}: {error}")
    if not ended:
        message = f"cut off or damaged behind {len(members)} whole members: what follows is lost, pack it again"
        return members, Refusal(Reason.TRUNCATED, message)
    return members, None


def _member_refusal(member: tarfile.TarInfo) -> Refusal | None:
    parts = member.name.split("/")
    if member.name.startswith("/") or ".." in parts:
        return Refusal(Reason.UNSAFE_NAME, f"its name {member.name!r} leads out of the tar")
    if not member.isreg() or member.issparse():
        return Refusal(Reason.NOT_A_FILE, "the member is a link, a device or sparse: pack the file itself")
    return None


def _notes_by_key(path: bytes, members: list[tarfile.TarInfo]) -> dict[str, Notes]:
    """Read the texts of each WebDataset sample; one that cannot be read says nothing."""
    notes: dict[str, Notes] = {}
    with io.FileIO(path) as handle:
        for member in members:
            read = _NOTES.get(extension_of(os.fsencode(member.name)))
            if read is None or not member.isreg() or member.size > _MAX_NOTE_BYTES:
                continue
            handle.seek(member.offset_data)
            try:
                found = read(handle.read(member.size))
            except ValueError:
                continue
            notes[_key(member.name)] = notes.get(_key(member.name), Notes()).merged(found)
    return notes


def _key(name: str) -> str:
    """Return a member's sample: its path up to the first dot of its last part. Source: the WebDataset convention."""
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(".")[0]
