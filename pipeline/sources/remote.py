"""Object stores and the web as a place of files, through fsspec."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from mkaudio.pipeline.sources.address import Address
from mkaudio.pipeline.sources.objects import BLOCK_BYTES, fetch, open_object
from mkaudio.pipeline.sources.place import Look
from mkaudio.pipeline.sources.source import Input
from mkaudio.shards.reasons import Reason, Refusal
from mkaudio.shards.stores import mtime_ns_of, one_line, os_errors, size_of, store_of

_CREDENTIALS = (
    "check the credentials (for S3: AWS_PROFILE, AWS_ACCESS_KEY_ID, ...; FSSPEC_S3_ANON=true for a public bucket)"
)


class RemoteFolder:
    """What lies under a prefix.

    Args:
        path: the address.
    """

    def __init__(self, path: bytes) -> None:
        self.identity: tuple[int, int] | None = None
        self._address = os.fsdecode(path).rstrip("/")
        self._listed: dict[bytes, Mapping[str, Any]] | None = None

    def entries(self) -> list[tuple[bytes, bool]]:
        """Return (name, whether it is a folder); an object and a folder may have the same name.

        An object named as the folder itself, with a slash, is how consoles make a folder: it is passed over.
        """
        with os_errors():
            store = store_of(self._address)
            here = store._strip_protocol(self._address).rstrip("/") + "/"
            found = store.ls(self._address, detail=True)
        self._listed = {}
        entries = []
        for info in found:
            name, is_folder = os.fsencode(info["name"].removeprefix(here)), info["type"] == "directory"
            if is_folder:
                entries.append((name.rstrip(b"/"), True))
            elif name:
                entries.append((name, False))
                self._listed[name] = info
        return entries

    def look_at(self, name: bytes) -> Look:
        """Return what the listing said of an object; without one the store is asked.

        Args:
            name: of the object.
        """
        if self._listed is None:
            return REMOTE.look_at(self._path(name))
        return _look(self._listed.get(name, {"type": "directory"}))

    def small_file(self, name: bytes, max_bytes: int) -> bytes | None:
        """Return what is in an object; None where there is none or it is larger.

        Args:
            name: of the object.
            max_bytes: its greatest size.
        """
        size, _, refusal = self.look_at(name)
        return None if refusal or size > max_bytes else fetch(os.fsdecode(self._path(name)), 0, size, size)

    def _path(self, name: bytes) -> bytes:
        return os.fsencode(self._address) + b"/" + name


class RemotePlace:
    """Objects by their addresses."""

    def look_at(self, path: bytes) -> Look:
        """Return size, time, and why the object cannot be a sound file, if so.

        Args:
            path: the address.
        """
        try:
            return _look(_info(path))
        except FileNotFoundError:
            return 0, 0, Refusal(Reason.MISSING, "there is no such object")
        except OSError as error:
            return 0, 0, Refusal(Reason.UNREADABLE, f"the store does not let it be looked at: {one_line(error)}")
        except ValueError as error:
            return 0, 0, Refusal(Reason.UNREADABLE, str(error))

    def folder(self, path: bytes) -> RemoteFolder:
        """Return what lies under a prefix, not yet listed.

        Args:
            path: the address.
        """
        return RemoteFolder(path)

    def above(self, path: bytes) -> tuple[tuple[int, int], ...]:
        """Return nothing: no link leads from a store's folder into one above it.

        Args:
            path: the address.
        """
        return ()

    def open(self, path: bytes) -> BinaryIO:
        """Open an object that is looked into here and there, as an archive, or read in order, as a list.

        Args:
            path: the address.
        """
        size = _look(_info(path))[0]
        return open_object(os.fsdecode(path), 0, size, size, whole_bytes=BLOCK_BYTES)

    def check(self, path: bytes, item: Input) -> None:
        """Refuse what is not as it was listed; one request, nothing is fetched.

        Args:
            path: the address.
            item: what was listed.
        """
        _as_listed(path, item, None)

    def open_as_listed(self, path: bytes, item: Input) -> BinaryIO:
        """Open a sound, if it still is what was listed.

        Args:
            path: the address.
            item: what was listed.

        Returns:
            A seekable file: in memory up to `WHOLE_BYTES`.
        """
        size = _as_listed(path, item, item.size_bytes)
        with _refusals():
            return open_object(os.fsdecode(path), 0, size, size)

    def open_part(self, path: bytes, item: Input) -> BinaryIO:
        """Open the part of an archive in which a sound lies, if the archive still is what was listed.

        Args:
            path: the address of the archive.
            item: the sound.

        Returns:
            A seekable file: in memory up to `WHOLE_BYTES`.
        """
        size = _as_listed(path, item, None)
        with _refusals():
            return open_object(os.fsdecode(path), item.offset, item.size_bytes, size)


REMOTE = RemotePlace()


def folder_or_file(address: Address) -> bool:
    """Return whether an address that the user named is a folder.

    Args:
        address: as named.

    Raises:
        ValueError: there is nothing, or the store cannot be reached: what to do is said.
    """
    try:
        return bool(_info(str(address).encode())["type"] == "directory")
    except FileNotFoundError as error:
        raise ValueError(f"--input {address}: there is no such object or folder, or no such bucket") from error
    except PermissionError as error:
        raise ValueError(f"--input {address}: access denied ({one_line(error)}); {_CREDENTIALS}") from error
    except OSError as error:
        advice = f"; {_CREDENTIALS}" if "redential" in str(error) else ""
        raise ValueError(f"--input {address}: cannot be reached: {one_line(error)}{advice}") from error


def _info(path: bytes) -> Mapping[str, Any]:
    address = os.fsdecode(path)
    store = store_of(address)
    with os_errors():
        return cast(Mapping[str, Any], store.info(address))


def _look(info: Mapping[str, Any]) -> Look:
    size, mtime_ns = size_of(info), mtime_ns_of(info)
    if info["type"] != "file":
        return 0, mtime_ns, Refusal(Reason.NOT_A_FILE, "it is a folder, not an object")
    if size is None:
        return 0, mtime_ns, Refusal(Reason.UNREADABLE, "the server does not state its size: download it")
    return size, mtime_ns, None


def _as_listed(path: bytes, item: Input, size_bytes: int | None) -> int:
    """Return the size of the whole object, if it is what was listed.

    Args:
        path: the address.
        item: what was listed.
        size_bytes: size that the object must have; None where only its time is known, as of an archive.

    Raises:
        Refusal: what the listing said; VANISHED, CHANGED or UNREADABLE.
    """
    if item.refusal:
        raise item.refusal
    with _refusals():
        size, mtime_ns, refusal = _look(_info(path))
    if refusal or mtime_ns != item.mtime_ns or size_bytes not in {None, size}:
        raise Refusal(Reason.CHANGED, "its size or time is not what it was when it was listed; distil it anew")
    return size


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what a store says on opening into verdicts.

    Raises:
        Refusal: VANISHED or UNREADABLE.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise Refusal(Reason.VANISHED, "it was there when it was listed and is gone") from error
    except OSError as error:
        raise Refusal(Reason.UNREADABLE, f"cannot be opened: {one_line(error)}") from error
