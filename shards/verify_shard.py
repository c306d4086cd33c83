"""The checks of one shard, in order: marker, files, tables, plan, counts, tar. Each stops where the next would make no sense."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from mkaudio.shards.dataset import DatasetInfo
from mkaudio.shards.heard import heard_in
from mkaudio.shards.naming import marker_file, shard_files
from mkaudio.shards.storage import Storage
from mkaudio.shards.verify_compositions import check_compositions
from mkaudio.shards.verify_files import file_size, open_file, read_checked, remedy_of
from mkaudio.shards.verify_marker import check_counts, check_files, read_checked_marker
from mkaudio.shards.verify_plan import planned_rows
from mkaudio.shards.verify_problem import Findings, Problem
from mkaudio.shards.verify_tables import SCHEMAS, check_tables, check_values, dimensions_of
from mkaudio.shards.verify_tar import check_tar
from mkaudio.shards.verify_windows import check_keys, check_windows, recount


@dataclass(slots=True)
class ShardReport:
    """What was found in a shard, and what only the dataset as a whole can judge.

    Args:
        shard: its number.
        problems: what is wrong with it.
        counts: as its marker states them; None where there is no marker to believe.
        heard: as its marker states it of speech and music.
        dimensions: of its embeddings; None where they were not looked at.
    """

    shard: int
    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] | None = None
    heard: dict[str, float] | None = None
    dimensions: int | None = None


def check_shard(storage: Storage, info: DatasetInfo, shard: int, plan_is_whole: bool) -> ShardReport:
    """Check everything about one shard. May run in a thread beside others.

    Args:
        storage: of the dataset.
        info: its description, checked.
        shard: number of the shard.
        plan_is_whole: whether its generation's plan can be believed.
    """
    report, marker = ShardReport(shard), marker_file(shard)
    try:
        content = read_checked_marker(storage, shard, info.generation_of(shard), info.scorer)
    except ValueError as error:
        report.problems.append(Problem(marker, str(error), shard))
        return report
    except OSError as error:
        report.problems.append(Problem(marker, f"cannot be read: {error}", shard, remedy_of(error)))
        return report
    report.counts, report.heard = content["counts"], content["heard"]
    report.problems += [Problem(marker, what, shard) for what in check_counts(content["counts"])]
    report.problems += check_files(storage, shard, content)
    if report.problems:
        return report
    try:
        for where, what in _look_inside(storage, info, report, plan_is_whole):
            report.problems.append(Problem(where, what, shard))
    except OSError as error:  # it could be hashed a moment ago
        report.problems.append(
            Problem(marker, f"a file of its shard cannot be read any more: {error}", shard, remedy_of(error))
        )
    return report


def _look_inside(storage: Storage, info: DatasetInfo, report: ShardReport, plan_is_whole: bool) -> Findings:
    """Yield what is wrong where every file is what its marker states."""
    names = shard_files(report.shard, info.scorer)
    tables: dict[str, pa.Table] = {}
    for table, schema in SCHEMAS.items():
        try:
            tables[table] = read_checked(storage, names[table], schema)
        except ValueError as error:
            yield names[table], str(error)
    if len(tables) < len(SCHEMAS):
        return
    rows = tables["manifest"].to_pylist()
    generation = info.generations[info.generation_of(report.shard)]
    end = generation.first_key + generation.n_windows
    wrong = [*check_values(names, tables), *check_keys(rows, names["manifest"], generation.first_key, end)]
    yield from wrong
    if wrong:
        return
    report.dimensions = dimensions_of(tables["embeddings"])
    yield from check_tables(info, names, tables)
    planned = planned_rows(storage, info.generation_of(report.shard), report.shard) if plan_is_whole else None
    if planned is not None:
        yield from check_windows(planned, names, tables, info.config)
    yield from check_compositions(rows, planned, names["manifest"])
    yield from _compare_counts(report, recount(planned, tables))
    yield from _compare_heard(report, rows, info.config)
    yield from _check_tar(storage, names["shards"], rows)


def _compare_counts(report: ShardReport, counted: dict[str, int]) -> Findings:
    stated = report.counts or {}
    for name, count in counted.items():
        if stated[name] != count:
            yield marker_file(report.shard), f"states {stated[name]} {name}, tables and plan hold {count}"


def _compare_heard(report: ShardReport, rows: list[dict[str, Any]], config: dict[str, Any]) -> Findings:
    clips = ((row["duration_s"], row["speech_share"], row["music_share"]) for row in rows)
    if (counted := heard_in(clips, config["speech_share"], config["music_share"])) != report.heard:
        what = f"states of speech and music {report.heard}, the manifest holds {counted}"
        yield marker_file(report.shard), what


def _check_tar(storage: Storage, name: str, rows: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    size = file_size(storage, name) or 0
    with open_file(storage, name) as tar:
        yield from check_tar(tar, size, name, rows)
