"""What an address on the command line is: a folder, or an object store."""

from pathlib import Path

from mkaudio.shards.local_storage import LocalStorage
from mkaudio.shards.object_storage import ObjectStorage
from mkaudio.shards.storage import Storage


def open_storage(address: "str | Path | Storage") -> Storage:
    """Return the storage at an address; nothing is looked at yet.

    Args:
        address: a folder, or what fsspec takes (`s3://bucket/folder`); a storage is returned as it is.
    """
    if not isinstance(address, str | Path):
        return address
    if isinstance(address, str) and address.startswith("file://"):
        return LocalStorage(Path(address.removeprefix("file://")))
    if isinstance(address, str) and "://" in address:
        return ObjectStorage(address)
    return LocalStorage(Path(address))
