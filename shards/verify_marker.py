"""A marker by itself: is it this shard's, does it state this shard's files and no others, do its own sums close."""

from typing import Any

from mkaudio.shards.dataset import read_marker
from mkaudio.shards.heard import is_heard
from mkaudio.shards.naming import shard_files
from mkaudio.shards.storage import Storage
from mkaudio.shards.verify_description import are_counts, is_count, is_sha256
from mkaudio.shards.verify_files import file_sha256, file_size, remedy_of
from mkaudio.shards.verify_problem import Problem


def read_checked_marker(storage: Storage, shard: int, generation: int, scorer: str) -> dict[str, Any]:
    """Read a marker of which nothing is believed.

    Args:
        storage: of the dataset.
        shard: number of the shard.
        generation: that the shard belongs to.
        scorer: name of the scorer, the folder of its embeddings.

    Returns:
        The marker; its fields are what they should be.

    Raises:
        ValueError: it is missing or damaged, or says something that cannot be.
    """
    try:
        marker = read_marker(storage, shard)
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"damaged: not a marker ({error})") from error
    for name, expected in (("shard", shard), ("generation", generation)):
        if (found := marker.get(name)) != expected or isinstance(found, bool):
            raise ValueError(f"its {name} is {found!r}, not {expected}")
    files = marker.get("files")
    if not isinstance(files, dict) or set(files) != set(shard_files(shard, scorer).values()):
        raise ValueError("the files that it states are not those of its shard")
    for name, stated in files.items():
        if not isinstance(stated, dict) or not (is_count(stated.get("size_bytes")) and is_sha256(stated.get("sha256"))):
            raise ValueError(f"it states no size and sha256 of {name}")
    if not are_counts(marker.get("counts")):
        raise ValueError(f"its counts cannot be: {marker.get('counts')!r:.80}")
    if not is_heard(marker.get("heard")):
        raise ValueError(f"what it states of speech and music cannot be: {marker.get('heard')!r:.80}")
    return marker


def check_counts(counts: dict[str, int]) -> list[str]:
    """Return what is wrong with the counts of a marker by themselves: both sums must close.

    Args:
        counts: as the marker states them.
    """
    wrong = []
    for what, parts in (
        ("sources", ("read", "refused", "duplicate")),
        ("windows", ("committed", "filtered", "refused")),
    ):
        counted = sum(counts[f"{what}_{part}"] for part in parts)
        if counted != counts[what]:
            wrong.append(f"its {what} do not add up: {counts[what]} against {counted} {', '.join(parts)}")
    return wrong


def check_files(storage: Storage, shard: int, marker: dict[str, Any]) -> list[Problem]:
    """Compare size and sha256 of every file of a shard with its marker.

    Args:
        storage: of the dataset.
        shard: number of the shard.
        marker: its marker, checked.

    Returns:
        What does not agree; a file that the system does not let us read is no damage that could be mended.
    """
    problems = []
    for name, stated in marker["files"].items():
        try:
            size = file_size(storage, name)
            if size is None:
                problems.append(Problem(name, "missing", shard))
            elif size != stated["size_bytes"]:
                problems.append(Problem(name, f"{size:,} bytes, the marker states {stated['size_bytes']:,}", shard))
            elif file_sha256(storage, name) != stated["sha256"]:
                problems.append(Problem(name, "changed: its sha256 is not the one that the marker states", shard))
        except OSError as error:
            problems.append(Problem(name, f"cannot be read: {error}", shard, remedy_of(error)))
    return problems
