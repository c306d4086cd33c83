"""What the clips of a dataset come from, by the rows of its manifest: that decides which part of a split each is in."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from mkaudio.pipeline.split import origin_of

ORIGIN_COLUMNS = ("group", "source_sha256", "parts")


def origins_of(clips: pa.Table) -> list[tuple[str, ...]]:
    """Return the origins of each clip: one of a recording, those of its parts of a composition, "" where it is not known.

    Args:
        clips: rows of the manifest with `ORIGIN_COLUMNS`.
    """
    rows = zip(*(clips[name].to_pylist() for name in ORIGIN_COLUMNS), strict=True)
    return [
        (origin_of(group, source_sha256),) if parts is None else tuple(_of_part(part, group) for part in parts)
        for group, source_sha256, parts in rows
    ]


def _of_part(part: Mapping[str, Any], group: str) -> str:
    """Return the origin of a part: a composition has the group of its clip; its own source is what was made, and says nothing."""
    return part.get("group") or (group if part["origin"] == "clip" else "")
