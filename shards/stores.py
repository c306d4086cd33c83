"""The stores behind fsspec: reaching one, what it says of an object, and its errors as those of a file system."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_TIMES = ("LastModified", "last_modified", "Last-Modified", "updated", "mtime", "modified", "created")
"""Where stores state when an object was written: S3, Azure, the web, Google, file systems, memory."""
_NS = 1_000_000_000
_LISTINGS_KEPT = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "http", "https"})
"""Stores for which fsspec keeps listings, in which a change would not be seen; other ones may not know the option."""
_EXTRAS = {"s3": "'mkaudio[s3]'", "s3a": "'mkaudio[s3]'"}
_PACKAGES = {
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "abfs": "adlfs",
    "az": "adlfs",
    "abfss": "adlfs",
}


def store_of(address: str) -> Any:
    """Return the fsspec file system of an address; options and credentials come from the environment.

    fsspec keeps one for each process, so that nothing of it travels to a worker.

    Args:
        address: of anything in the store.

    Raises:
        ValueError: no such protocol, or its package is not installed.
    """
    import fsspec.core

    protocol, _, rest = address.partition("://")
    options = {"use_listings_cache": False} if protocol in _LISTINGS_KEPT else {}
    try:
        return fsspec.core.url_to_fs(f"{protocol}://{rest.partition('/')[0]}", **options)[0]
    except ImportError as error:
        package = _PACKAGES.get(protocol, "a package of its own")
        install = f": pip install {_EXTRAS.get(protocol, package)}" if protocol in _PACKAGES else f" ({error})"
        raise ValueError(f"{protocol}:// needs {package}{install}") from error
    except ValueError as error:
        raise ValueError(f"{address}: {error}") from error


@contextmanager
def os_errors() -> Iterator[None]:
    """Turn what a store's library raises into an `OSError`; those that are one already stay.

    Raises:
        OSError: what was raised.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # each library has its own: botocore's, aiohttp's, Google's
        raise OSError(f"{type(error).__name__}: {error}") from error


def one_line(error: OSError) -> str:
    """Return what a store said.

    Args:
        error: from `os_errors`.
    """
    return " ".join(str(error.strerror or error).split()) or type(error).__name__


def size_of(info: Mapping[str, Any]) -> int | None:
    """Return the size of an object in bytes; None where the store does not say.

    Args:
        info: fsspec's.
    """
    size = info.get("size")
    return None if size is None else int(size)


def mtime_ns_of(info: Mapping[str, Any]) -> int:
    """Return when an object was written, in whole seconds, since a listing may state more digits than the object; else 0.

    Args:
        info: fsspec's.

    >>> mtime_ns_of({"LastModified": "1970-01-01T00:00:02.5Z"})
    2000000000
    """
    for key in _TIMES:
        value = info.get(key)
        if isinstance(value, str):
            value = _time_in(value)
        if isinstance(value, datetime):
            return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()) * _NS
        if isinstance(value, int | float):
            return int(value) * _NS
    return 0


def _time_in(text: str) -> datetime | None:
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text)
        except ValueError:
            continue
    return None
