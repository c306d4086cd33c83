"""The selections beside distill's own: marker, files, and every row against the ledger. Damage costs the selection alone."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from mkaudio.shards.dataset import DatasetInfo
from mkaudio.shards.naming import DEFAULT_SELECTION, SELECTIONS_FOLDER, selection_file, selection_marker, shard_files
from mkaudio.shards.schema import CANDIDATES, SELECTION
from mkaudio.shards.sealed_json import read_sealed
from mkaudio.shards.selections import LEDGER, check_selection_name
from mkaudio.shards.storage import Storage
from mkaudio.shards.verify_description import is_count, is_sha256
from mkaudio.shards.verify_files import file_names, file_sha256, file_size, read_checked
from mkaudio.shards.verify_marker import read_checked_marker
from mkaudio.shards.verify_problem import Findings, Problem, Remedy

_STATED = {"selection", "rule", "ledger", "files"}
_CARRIED = ("expert", "score", "score_percentile", "scorer", "n_events")
"""What a row has from its candidate, beside the text."""


def names_of_selections(storage: Storage) -> list[str]:
    """Return the folders that `mkaudio select` may have made, finished or not.

    Args:
        storage: of the dataset.
    """
    found = set()
    for name in file_names(storage):
        top, *below = name.split("/")
        if top == SELECTIONS_FOLDER and len(below) == 2 and below[0] != DEFAULT_SELECTION and _is_name(below[0]):
            found.add(below[0])
    return sorted(found)


def _is_name(name: str) -> bool:
    try:
        check_selection_name(name)
    except ValueError:
        return False
    return True


def check_selections(storage: Storage, info: DatasetInfo) -> Iterator[Problem]:
    """Yield what is wrong with each selection.

    Args:
        storage: of the dataset.
        info: its description, checked.
    """
    for name in names_of_selections(storage):
        try:
            yield from _check(storage, info, name)
        except OSError as error:  # a right or a mount, which is not ours to mend
            yield Problem(selection_marker(name), f"a file of it cannot be read: {error}", remedy=Remedy.BY_HAND)


def _check(storage: Storage, info: DatasetInfo, name: str) -> Iterator[Problem]:
    marker = selection_marker(name)
    try:
        stated = read_sealed(storage, marker)
        what = _wrong_marker(stated, name)
    except FileNotFoundError:
        what = "missing: the selection was not finished"
    except ValueError as error:
        what = str(error)
    if what:
        yield Problem(marker, what, remedy=Remedy.RESELECT)
        return
    wrong = [Problem(where, what, remedy=Remedy.RESELECT) for where, what in _check_files(storage, stated)]
    yield from wrong
    if wrong:
        return
    now, unknown = _ledger(storage, info)
    if {file: sha256 for file, sha256 in stated["ledger"].items() if file not in unknown} != now:
        yield Problem(marker, "was made from another ledger than the dataset has now", remedy=Remedy.REPLACE)
        return
    for shard in range(info.n_shards):
        candidates = shard_files(shard, info.scorer)["candidates"]
        if candidates in now and file_sha256(storage, candidates) == now[candidates]:
            for where, what in _check_rows(storage, selection_file(name, shard), candidates):
                yield Problem(where, what, remedy=Remedy.RESELECT)


def _wrong_marker(stated: dict[str, Any], name: str) -> str:
    if set(stated) != _STATED or stated["selection"] != name or not isinstance(stated["rule"], dict):
        return f"is not the marker of selection {name}"
    ledger, files = stated["ledger"], stated["files"]
    if not (isinstance(ledger, dict) and all(map(is_sha256, ledger.values()))):
        return "states no ledger that it was made from"
    expected = [selection_file(name, shard) for shard in range(len(ledger) // len(LEDGER))]
    if not isinstance(files, dict) or sorted(files) != expected:
        return "its files are not those of the ledger's shards"
    for one in files.values():
        if not (isinstance(one, dict) and is_count(one.get("size_bytes")) and is_sha256(one.get("sha256"))):
            return "states no size and sha256 of a file"
    return ""


def _check_files(storage: Storage, stated: dict[str, Any]) -> Findings:
    for file, one in stated["files"].items():
        size = file_size(storage, file)
        if size is None:
            yield file, "missing"
        elif size != one["size_bytes"] or file_sha256(storage, file) != one["sha256"]:
            yield file, "changed: its size or sha256 is not what the selection's marker states"


def _ledger(storage: Storage, info: DatasetInfo) -> tuple[dict[str, str], set[str]]:
    """Return file → sha256 of the ledger now, and the files of shards that are not whole: a problem of those shards."""
    now: dict[str, str] = {}
    unknown: set[str] = set()
    for shard in range(info.n_shards):
        names = [shard_files(shard, info.scorer)[table] for table in LEDGER]
        try:
            marker = read_checked_marker(storage, shard, info.generation_of(shard), info.scorer)
            now |= {name: marker["files"][name]["sha256"] for name in names if file_size(storage, name) is not None}
            unknown |= {*names} - now.keys()
        except (ValueError, OSError):  # named where its shard was looked at
            unknown |= {*names}
    return now, unknown


def _check_rows(storage: Storage, file: str, candidates: str) -> Findings:
    try:
        rows = read_checked(storage, file, SELECTION).to_pylist()
    except ValueError as error:
        yield file, str(error)
        return
    try:
        lines = read_checked(storage, candidates, CANDIDATES).to_pylist()
    except ValueError:  # named where its shard was looked at
        return
    ledger = {(line["key"], line["candidate"]): line for line in lines}
    for row in rows:
        line = ledger.get((row["key"], row["candidate"]))
        if line is None:
            yield f"{file} {row['key']}", f"has candidate {row['candidate']}, which the ledger does not have"
        elif (
            line["score"] is None
            or row["prompt"] != line["text"]
            or any(row[column] != line[column] for column in _CARRIED)
        ):
            yield f"{file} {row['key']}", f"is not candidate {row['candidate']} as the ledger has it"
    groups = [(key, [row["rank"] for row in of_key]) for key, of_key in groupby(rows, lambda row: row["key"])]
    if [key for key, _ in groups] != sorted({row["key"] for row in rows}):
        yield file, "its keys are not ascending"
    yield from (
        (f"{file} {key}", "its ranks do not count from 0") for key, ranks in groups if ranks != [*range(len(ranks))]
    )
