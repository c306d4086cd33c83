"""A plain tar, as WebDataset writes it: members are listed by their headers and read in place, never extracted."""

import os
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mkaudio.pipeline.sources.address import Address
from mkaudio.pipeline.sources.escape import JOINT, escape_path
from mkaudio.pipeline.sources.files import extension_of, is_sound_name
from mkaudio.pipeline.sources.notes import Notes, notes_of_json, notes_of_text
from mkaudio.pipeline.sources.place import Place
from mkaudio.pipeline.sources.places import bytes_of, place_of
from mkaudio.pipeline.sources.source import Input, Source, root_name_of
from mkaudio.shards.reasons import Reason, Refusal

_NOTES = {".txt": notes_of_text, ".json": notes_of_json, ".cls": notes_of_text}
_MAX_NOTE_BYTES = 1 << 20


class TarSource(Source):
    """The sounds of one tar.

    Args:
        path: the tar.
        root_name: name of its folder in the dataset; the folder's own where None.
    """

    def __init__(self, path: Path | Address, root_name: str | None = None) -> None:
        self.root: Path | Address = path.parent
        self.root_name = root_name or root_name_of(path.parent)
        self.identity = ""
        self.ignored: Counter[str] = Counter()
        self._name = escape_path(os.fsencode(path.name))
        self._place, self._path = place_of(path), bytes_of(path)

    def inputs(self) -> Iterator[Input]:
        """Yield every sound of the tar, in the byte order of its name."""
        self.ignored.clear()
        yield from tar_inputs(self._place, self._path, self._name, self.ignored)

    def open(self, item: Input) -> BinaryIO:
        """Return the bytes of a member.

        Args:
            item: what `inputs` yielded.

        Returns:
            A seekable view of a part of the tar.
        """
        return self._place.open_part(self._path, item)


def tar_inputs(place: Place, path: bytes, name: str, ignored: Counter[str]) -> Iterator[Input]:
    """Yield the sounds of a tar, in the byte order of their names; a row of its own says where the tar is cut off.

    Args:
        place: where the tar lies.
        path: of the tar.
        name: of the tar in the dataset, escaped.
        ignored: counts what is no sound.
    """
    size, mtime_ns, refusal = place.look_at(path)
    members: list[tarfile.TarInfo] = []
    notes: dict[str, Notes] = {}
    if refusal is None:
        try:
            with place.open(path) as handle:
                members, refusal = _members(handle, size, notes)
        except OSError as error:
            refusal = Refusal(Reason.UNREADABLE, f"reading it failed: {error.strerror or error}")
    if refusal:
        yield Input(name, "file", size, mtime_ns, refusal=refusal)
        if refusal.reason is not Reason.TRUNCATED:
            return
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


def _members(handle: BinaryIO, size: int, notes: dict[str, Notes]) -> tuple[list[tarfile.TarInfo], Refusal | None]:
    """Return the members that are whole, and what is wrong with the tar, if anything; fill the notes in the same pass."""
    members: list[tarfile.TarInfo] = []
    try:
        with tarfile.open(fileobj=handle, mode="r:", errors="surrogateescape") as tar:
            for member in tar:
                if member.isreg() and not member.issparse() and member.offset_data + member.size > size:
                    break
                members.append(member)
                _read_note(handle, member, notes)
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


def _read_note(handle: BinaryIO, member: tarfile.TarInfo, notes: dict[str, Notes]) -> None:
    """Add a text of a WebDataset sample to what is known of the sample; one that cannot be read says nothing."""
    read = _NOTES.get(extension_of(os.fsencode(member.name)))
    if read is None or not member.isreg() or member.size > _MAX_NOTE_BYTES:
        return
    handle.seek(member.offset_data)
    try:
        found = read(handle.read(member.size))
    except ValueError:
        return
    notes[_key(member.name)] = notes.get(_key(member.name), Notes()).merged(found)


def _key(name: str) -> str:
    """Return a member's sample: its path up to the first dot of its last part. Source: the WebDataset convention."""
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(".")[0]
