"""The tables of a shard against one another: manifest, ledger of candidates, selection, embeddings, quarantine."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mkaudio.shards.dataset import DatasetInfo
from mkaudio.shards.reasons import Reason
from mkaudio.shards.schema import CANDIDATES, MANIFEST, QUARANTINE, SELECTION, embeddings_schema
from mkaudio.shards.verify_problem import Findings

SCHEMAS = {
    "manifest": MANIFEST, "candidates": CANDIDATES, "quarantine": QUARANTINE, "selection": SELECTION, "embeddings": None,
}  # fmt: skip
"""The columns of each table; those of the embeddings depend on the scorer."""
_KEPT = "kept"
"""What distill writes as the decision on the prompt; every other candidate has another one."""
_REFUSED = "refused"
"""What it writes as the decision on a candidate that lint refused, which has no score and no rank."""
_PROMPT = ("prompt", "expert", "score", "score_percentile", "n_events")


def check_values(names: Mapping[str, str], tables: Mapping[str, pa.Table]) -> Findings:
    """Check what the columns' types leave open: numbers are finite, reasons known, embeddings vectors of one length.

    Args:
        names: table → file.
        tables: table → content.

    Yields:
        What is wrong.
    """
    for name in ("manifest", "candidates", "selection"):
        for column in tables[name].schema:
            if pa.types.is_floating(column.type) and not _is_finite(tables[name][column.name]):
                yield names[name], f"a {column.name} is not a finite number"
    if unknown := set(tables["quarantine"]["reason"].to_pylist()) - {str(reason) for reason in Reason}:
        yield names["quarantine"], f"reason {min(unknown)!r} is not in the list of reasons"
    dimensions = dimensions_of(tables["embeddings"])
    if dimensions is None or not tables["embeddings"].schema.equals(embeddings_schema(dimensions)):
        yield names["embeddings"], "its columns are not those of the schema"
    elif not np.isfinite(pc.list_flatten(tables["embeddings"]["embedding"]).to_numpy()).all():
        yield names["embeddings"], "a vector is not finite"


def _is_finite(column: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.is_finite(column.drop_null()), min_count=0).as_py())


def dimensions_of(embeddings: pa.Table) -> int | None:
    """Return the length of the vectors; None where the table holds none.

    Args:
        embeddings: the table.
    """
    index = embeddings.schema.get_field_index("embedding")
    if index < 0 or not pa.types.is_fixed_size_list(embeddings.schema.field(index).type):
        return None
    return int(embeddings.schema.field(index).type.list_size)


def check_tables(info: DatasetInfo, names: Mapping[str, str], tables: Mapping[str, pa.Table]) -> Findings:
    """Compare the tables, the values of which are right each by itself.

    Args:
        info: description of the dataset.
        names: table → file.
        tables: table → content.

    Yields:
        What does not agree.
    """
    rows = tables["manifest"].to_pylist()
    keys = [row["key"] for row in rows]
    if tables["embeddings"]["key"].to_pylist() != keys:
        yield names["embeddings"], "its keys are not those of the manifest, in order"
    for row in rows:
        if row["sample_rate_hz"] <= 0 or row["duration_s"] != row["n_frames"] / row["sample_rate_hz"]:
            yield f"{names['manifest']} {row['key']}", "its duration_s is not n_frames / sample_rate_hz"
        if not row["scorer"].startswith(f"{info.scorer}:"):
            yield f"{names['manifest']} {row['key']}", f"is scored by {row['scorer']!r}, not by {info.scorer}"
    groups = [(key, list(lines)) for key, lines in groupby(tables["candidates"].to_pylist(), lambda line: line["key"])]
    ledger = dict(groups)
    if strangers := set(ledger) - set(keys):
        yield names["candidates"], f"key {min(strangers)} is not in the manifest"
    elif [key for key, _ in groups] != [key for key in keys if key in ledger]:
        yield names["candidates"], "its keys are not in the manifest's order"
    for row in rows:
        what = _wrong_ledger(row, ledger.get(row["key"], []), info.config.get("max_events"))
        yield from ((f"{names['candidates']} {row['key']}", one) for one in what)
    yield from _check_selection(info, names["selection"], rows, ledger, tables["selection"].to_pylist())


def _best(lines: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((line for line in lines if line["rank"] == 0), None)


def _wrong_ledger(row: dict[str, Any], lines: list[dict[str, Any]], max_events: int | None) -> Iterator[str]:
    """Yield what is wrong with the candidates of a clip: one is its prompt, and the others that may be scored no higher."""
    yield from _wrong_lint(lines)
    if [line["candidate"] for line in lines] != [*range(len(lines))]:
        yield "its candidates are not numbered in order"
    may_be = [
        line for line in lines if line["score"] is not None and (max_events is None or line["n_events"] <= max_events)
    ]
    order = sorted(may_be, key=lambda line: (-line["score"], line["candidate"]))
    ranks = {line["candidate"]: rank for rank, line in enumerate(order)}
    if [line["rank"] for line in lines] != [ranks.get(line["candidate"]) for line in lines]:
        yield "its ranks are not the order of its scores"
    if any(line["score_percentile"] is not None and not 0 <= line["score_percentile"] <= 1 for line in lines):
        yield "a score_percentile is not 0 to 1"
    if any((line["decision"] == _KEPT) != (line["rank"] == 0) for line in lines):
        yield "its best candidate, and no other, should be kept"
    if any(line["scorer"] != row["scorer"] for line in lines):
        yield "its candidates were not scored by the manifest's scorer"
    best = _best(lines)
    stated = tuple(best[field] for field in ("text", *_PROMPT[1:])) if best else ("", "", 0.0, None, 0)
    if tuple(row[field] for field in _PROMPT) != stated:
        yield "its best candidate is not the manifest's prompt, expert, score and n_events"


def _wrong_lint(lines: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what lint cannot have left: a refused candidate with a score, a mended text that is what was proposed."""
    if any((line["decision"] == _REFUSED) != (line["score"] is None) for line in lines):
        yield "its refused candidates, and no others, should have no score"
    if any(bool(line["mendings"]) != (line["text"] != line["proposed"]) for line in lines):
        yield "a candidate's text is not what was proposed, and no mending is stated, or the other way round"
    if any(line["decision"] == _REFUSED and (line["mendings"] or not line["reason"]) for line in lines):
        yield "a refused candidate has mendings, or no reason"


def _check_selection(
    info: DatasetInfo,
    name: str,
    rows: list[dict[str, Any]],
    ledger: Mapping[str, list[dict[str, Any]]],
    selected: list[dict[str, Any]],
) -> Findings:
    """Yield what the default selection has other than the best candidate of each clip that scores well enough."""
    if strangers := {line["key"] for line in selected} - {row["key"] for row in rows}:
        yield name, f"key {min(strangers)} is not in the manifest"
        return
    lowest = info.config.get("min_score")
    due = []
    for row in rows:
        best = _best(ledger.get(row["key"], []))
        if best and (lowest is None or best["score"] >= lowest):
            place = {"candidate": best["candidate"], "rank": 0}
            due.append({field: row[field] for field in ("key", *_PROMPT, "scorer")} | place)
    if selected == due:
        return
    if [line["key"] for line in selected] != [line["key"] for line in due]:
        yield (
            name,
            f"{len(selected)} clips that are not the {len(due)} whose best candidate is to be selected, in order",
        )
        return
    yield from (
        (f"{name} {there['key']}", "is not the clip's best candidate")
        for there, right in zip(selected, due, strict=True)
        if there != right
    )
