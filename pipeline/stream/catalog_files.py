"""What a catalog consists of on disk, and whether it is whole.

    CACHE/catalogs/NAME/clips.arrow      a row a clip, a record batch a shard; uncompressed, so that it can be mapped
                        shards.arrow     a row a shard: its number, its first clip, size and sha256 of its tar
                        catalog.json     written last: counts, fingerprint, sha256 of both files

A damaged catalog, or one of a dataset that has changed, is made anew; the folder may be removed at any time.
"""

import os
from pathlib import Path
from typing import Any

import platformdirs
import pyarrow as pa

from mkaudio.shards import MANIFEST, LocalStorage, read_sealed, sha256_of

VERSION = 1
CLIPS, SHARDS, ABOUT = "clips.arrow", "shards.arrow", "catalog.json"
TEXTS = ("key", "prompt", "licence", "attribution", "group", "source_url")
NUMBERS = ("n_events", "n_frames", "sample_rate_hz", "channels", "bit_depth", "flac_offset", "flac_size")
CLIP_SCHEMA = pa.schema([MANIFEST.field(name) for name in (*TEXTS, *NUMBERS, "events")])
SHARD_SCHEMA = pa.schema([
    pa.field("shard", pa.int32(), nullable=False),
    pa.field("first", pa.int64(), nullable=False),
    pa.field("tar_size", pa.int64(), nullable=False),
    pa.field("tar_sha256", pa.string(), nullable=False),
])


def stream_cache(cache: str | Path | None) -> Path:
    """Return the folder in which streams keep catalogs and copies of remote shards.

    Args:
        cache: as the user gave it; None for $MKAUDIO_CACHE, or else the user's cache folder.
    """
    chosen = cache or os.environ.get("MKAUDIO_CACHE") or platformdirs.user_cache_path("mkaudio")
    return Path(chosen).absolute() / "stream"


def read_about(folder: Path) -> dict[str, Any]:
    """Return what a catalog says of itself.

    Args:
        folder: of the catalog.
    """
    return read_sealed(LocalStorage(folder), ABOUT)


def is_whole(folder: Path) -> bool:
    """Say whether a catalog is there, and every byte of it as it was written.

    Args:
        folder: of the catalog.
    """
    try:
        about = read_about(folder)
        return all(sha256_of(folder / name) == about["files"].get(name) for name in (CLIPS, SHARDS))
    except (OSError, ValueError, KeyError, AttributeError):
        return False
