"""`dataset.json`, of which nothing is believed: a sealed file that a fault of ours wrote still has a right sha256."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from mkaudio.shards.dataset import DatasetInfo, read_dataset_info
from mkaudio.shards.naming import KEY_DIGITS, SHARD_DIGITS
from mkaudio.shards.storage import Storage

COUNTS = (
    "sources", "sources_read", "sources_refused", "sources_duplicate", "sources_read_in_part",
    "windows", "windows_committed", "windows_filtered", "windows_refused",
)  # fmt: skip
"""What every marker counts, and what `dataset.json` adds up."""


def is_count(value: Any) -> bool:
    """Say whether a value is a whole number that a dataset can hold; True and 1.0 are none.

    Args:
        value: from a JSON file.
    """
    return type(value) is int and 0 <= value <= 10**KEY_DIGITS


def are_counts(value: Any) -> bool:
    """Say whether a value has every one of `COUNTS` and nothing else.

    Args:
        value: from a JSON file.
    """
    return isinstance(value, dict) and set(value) == set(COUNTS) and all(map(is_count, value.values()))


def is_sha256(value: Any) -> bool:
    """Say whether a value is a sha256 as we write it.

    Args:
        value: from a JSON file.
    """
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _are_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _is_folder_name(value: Any) -> bool:
    """Say whether a scorer's name is one folder: it is part of a path, and repair removes files."""
    return isinstance(value, str) and value not in ("", ".", "..") and not set(value) & set("/\\\0")


def _is_config(value: Any) -> bool:
    """Say whether a config holds what the checks of a shard read from it."""
    return (
        isinstance(value, dict)
        and type(value.get("min_score")) in (type(None), int, float)
        and all(type(value.get(name)) in (type(None), int) for name in ("max_events", "max_windows_per_file"))
        and all(type(value.get(f"{kind}_share")) in (int, float) for kind in ("speech", "music"))
    )


_GENERATION: dict[str, Callable[[Any], bool]] = {
    "plan_sha256": is_sha256,
    "input_fingerprint": is_sha256,
    "first_shard": is_count,
    "n_shards": lambda value: is_count(value) and 1 <= value <= 10**SHARD_DIGITS,
    "first_key": is_count,
    "n_windows": is_count,
    "n_sources": is_count,
    "roots": _are_texts,
    "libraries": _are_texts,
}
_DESCRIPTION: dict[str, Callable[[Any], bool]] = {
    "config": _is_config,
    "models": _are_texts,
    "scorer": _is_folder_name,
    "counts": lambda value: value == {} or are_counts(value),
}


def read_description(storage: Storage) -> DatasetInfo:
    """Read `dataset.json` and check that each field is what it should be, and that the generations follow each other.

    Args:
        storage: of the dataset.

    Raises:
        ValueError: it is missing or damaged, or says something that cannot be.
    """
    try:
        info = read_dataset_info(storage)
        content = asdict(info)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"its fields are not those of a dataset's description ({error})") from error
    for name, is_right in _DESCRIPTION.items():
        if not is_right(content[name]):
            raise ValueError(f"its {name} cannot be: {_short(content[name])}")
    shards, keys = 0, 0
    for number, one in enumerate(content["generations"]):
        for name, is_right in _GENERATION.items():
            if not is_right(one[name]):
                raise ValueError(f"{name} of its generation {number} cannot be: {_short(one[name])}")
        if (one["first_shard"], one["first_key"]) != (shards, keys):
            raise ValueError(f"its generation {number} does not begin where the one before ends")
        shards, keys = shards + one["n_shards"], keys + one["n_windows"]
    if shards > 10**SHARD_DIGITS or keys > 10**KEY_DIGITS:
        raise ValueError(f"it states {shards:,} shards and {keys:,} windows, more than names and keys have digits for")
    return info


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
