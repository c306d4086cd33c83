"""The bytes of a sample out of its shard, checked to be those of that sample."""

import os
from collections import OrderedDict

from mkaudio.pipeline.stream.catalog import Place
from mkaudio.pipeline.stream.local_copies import LocalCopies
from mkaudio.pipeline.stream.sample_error import SampleError
from mkaudio.shards import LocalStorage, open_storage, shard_files

_OPEN_TARS = 24
"""Shards that a process has open: a few more than an order mixes at a time (order.py)."""
_HEADER_BYTES = 512
"""In front of a tar's member is its header, which begins with its name. Source: POSIX ustar."""
_MEND = "put it back, or mend it with mkaudio verify --repair and mkaudio distill --resume"


class Tars:
    """The tars of a dataset. It may be sent to other processes, and opens them there anew.

    Args:
        dataset: its address.
        scorer: name of its scorer.
        copies: where shards of an object store are copied to.
    """

    def __init__(self, dataset: str, scorer: str, copies: LocalCopies) -> None:
        self._dataset, self._scorer, self._copies = dataset, scorer, copies
        self._forget()

    def __reduce__(self) -> tuple[type["Tars"], tuple[str, str, LocalCopies]]:
        return Tars, (self._dataset, self._scorer, self._copies)

    def _forget(self) -> None:
        # a process has files and a connection of its own: after a fork they would be those of the parent
        self._process = os.getpid()
        self._storage = open_storage(self._dataset)
        self._handles: OrderedDict[int, int] = OrderedDict()

    def flac(self, place: Place) -> bytes:
        """Return the FLAC of a sample.

        Args:
            place: of the sample.

        Raises:
            SampleError: the shard is gone, is another one, or cannot be read.
        """
        if self._process != os.getpid():
            self._forget()
        name = shard_files(place.shard, self._scorer)["shards"]
        where = f"{self._storage.address}/{name}"
        try:
            data = os.pread(self._opened(place, name), _HEADER_BYTES + place.size, place.offset - _HEADER_BYTES)
        except FileNotFoundError as error:
            raise SampleError(where, place.shard, place.key, f"the shard is gone; {_MEND}") from error
        except OSError as error:
            raise SampleError(where, place.shard, place.key, error.strerror or str(error)) from error
        if len(data) != _HEADER_BYTES + place.size or data[: data.find(b"\0")] != f"{place.key}.flac".encode():
            raise SampleError(where, place.shard, place.key, f"the shard has changed since it was written; {_MEND}")
        return data[_HEADER_BYTES:]

    def __del__(self) -> None:
        # a trainer that opens one stream after the other would run out of descriptors
        if hasattr(self, "_handles"):
            self.close()

    def close(self) -> None:
        """Close what is open here."""
        if self._process == os.getpid():
            for handle in self._handles.values():
                os.close(handle)
        self._handles.clear()

    def _opened(self, place: Place, name: str) -> int:
        handle = self._handles.get(place.shard)
        if handle is not None:
            self._handles.move_to_end(place.shard)
            return handle
        if isinstance(self._storage, LocalStorage):
            handle = os.open(self._storage.root / name, os.O_RDONLY)
            if os.fstat(handle).st_size != place.tar_size:
                found = os.fstat(handle).st_size
                os.close(handle)
                raise SampleError(
                    f"{self._storage.address}/{name}", place.shard, place.key,
                    f"the shard has {found:,} bytes, not {place.tar_size:,}: it has changed since it was written; {_MEND}",
                )  # fmt: skip
        else:
            handle = self._copies.open(self._storage, name, place)
        if len(self._handles) >= _OPEN_TARS:
            os.close(self._handles.popitem(last=False)[1])
        self._handles[place.shard] = handle
        return handle
