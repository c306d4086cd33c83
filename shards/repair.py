"""Uncommit what is damaged, and nothing else, so that `distill --resume` or `mkaudio select` does it again.

The marker goes first: killed at any point, what is left is a shard without a marker, which counts for nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from mkaudio.shards.dataset import write_dataset_info
from mkaudio.shards.naming import SELECTIONS_FOLDER, marker_file, selection_marker, shard_files
from mkaudio.shards.sealed_json import read_sealed
from mkaudio.shards.storage import Storage
from mkaudio.shards.verify_description import read_description
from mkaudio.shards.verify_files import file_names, remove_files
from mkaudio.shards.verify_problem import Problem, Remedy


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done about the problems of a dataset.

    Args:
        removed: shard → the files that are gone, its marker first; none where it was not committed and nothing was damaged.
        selections: damaged selection → its rule, where that is known; its files are gone.
        left: problems that doing shards again would not mend: a damaged description or plan, strangers, unreadable files.
        must_resume: whether `distill --resume` has something to do.
    """

    removed: dict[int, list[str]]
    selections: dict[str, dict[str, Any] | None]
    left: list[Problem]
    must_resume: bool


def repair(storage: Storage, problems: Sequence[Problem]) -> Repair:
    """Uncommit the damaged shards of a dataset. The caller holds its lock, since before `problems` were looked for.

    Where the description or a plan is damaged nothing is touched: what would be removed could not be made again. A shard
    with a file that the system does not let us read is left as well.

    Args:
        storage: of the dataset.
        problems: all that verify found in it.
    """
    by_hand = {problem.shard for problem in problems if problem.remedy is Remedy.BY_HAND and problem.shard is not None}
    lost = any(problem.remedy is Remedy.NONE for problem in problems)
    redone = [
        problem for problem in problems if not lost and problem.remedy is Remedy.REDO and problem.shard not in by_hand
    ]
    names = [] if lost else sorted({problem.selection for problem in problems} - {""})
    left = [problem for problem in problems if problem not in redone and problem.selection not in names]
    selections = {name: _remove_selection(storage, name) for name in names}
    if not redone:
        return Repair({}, selections, left, False)
    info = read_description(storage)
    if info.counts:  # first, so that a dataset that misses a shard never says that it is finished
        write_dataset_info(storage, replace(info, counts={}))
    removed = {}
    for shard in sorted({problem.shard for problem in redone if problem.shard is not None}):
        found = [problem for problem in redone if problem.shard == shard]
        files = shard_files(shard, info.scorer).values()
        damaged = [name for name in files if any(problem.is_about(name) for problem in found)]
        removed[shard] = remove_files(storage, [marker_file(shard), *damaged])
    return Repair(removed, selections, left, True)


def _remove_selection(storage: Storage, name: str) -> dict[str, Any] | None:
    """Remove what `mkaudio select` made under a name, its marker first; return the rule, where it can be read."""
    try:
        rule = read_sealed(storage, selection_marker(name)).get("rule")
    except (OSError, ValueError):
        rule = None
    ours = re.compile(re.escape(f"{SELECTIONS_FOLDER}/{name}/") + r"\d+\.parquet")
    files = [file for file in file_names(storage) if ours.fullmatch(file)]
    remove_files(storage, [selection_marker(name), *files])
    return rule if isinstance(rule, dict) else None
