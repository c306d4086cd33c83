"""A shard's tables against its rows of the sealed plan: every planned window is a clip or in quarantine, once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from mkaudio.shards.naming import key_of
from mkaudio.shards.reasons import FILTERED
from mkaudio.shards.verify_problem import Findings

_CARRIED = ("labels", "language", "group", "licence", "attribution", "source_url", "bit_depth")
"""What a clip has from its plan row, unchanged."""

Source = tuple[str, str]


def _source(row: Mapping[str, Any]) -> Source:
    return row["source_root"], row["source_path"]


def check_windows(
    planned: list[dict[str, Any]], names: Mapping[str, str], tables: Mapping[str, pa.Table], config: Mapping[str, Any]
) -> Findings:
    """Compare what a shard holds with what was planned for it.

    Args:
        planned: rows of the plan.
        names: table → file.
        tables: table → content.
        config: of the dataset.

    Yields:
        What does not agree.
    """
    rows = {_source(row): row for row in planned}
    spans: dict[Source, list[tuple[int, int]]] = {source: [] for source in rows}
    for clip in tables["manifest"].to_pylist():
        where, row = f"{names['manifest']} {clip['key']}", rows.get(_source(clip))
        window = int(clip["key"]) - row["first_key"] + row["first_window"] if row else -1
        if row is None or not row["first_window"] <= window < row["first_window"] + row["n_windows"]:
            yield where, f"is of {clip['source_path']!r}, which is not what was planned"
            continue
        spans[_source(clip)].append((window, window + 1))
        yield from ((where, what) for what in _wrong_facts(clip, row, window, config))
    for left in tables["quarantine"].to_pylist():
        row = rows.get(_source(left))
        if row is None or left["n_windows"] < 0:
            yield names["quarantine"], f"{left['source_path']!r} with {left['n_windows']} windows was not planned"
            continue
        begin = row["first_window"] if left["window"] is None else left["window"]
        spans[_source(left)].append((begin, begin + left["n_windows"]))
    yield from ((names["manifest"], what) for row in planned for what in _untiled(row, spans[_source(row)]))
    yield from ((names["manifest"], what) for what in _too_many(planned, tables["manifest"], config))
    yield from ((names["quarantine"], what) for what in _unsaid(planned, tables["quarantine"].to_pylist()))


def _wrong_facts(
    clip: Mapping[str, Any], row: Mapping[str, Any], window: int, config: Mapping[str, Any]
) -> Iterable[str]:
    wrong = [field for field in _CARRIED if clip[field] != row[field]]
    if row["sha256"] and clip["source_sha256"] != row["sha256"]:
        wrong.append("source_sha256")
    if clip["sample_rate_hz"] != (config.get("store_rate_hz") or row["sample_rate_hz"]):
        wrong.append("sample_rate_hz")
    if clip["channels"] != (1 if config.get("store_channels") == "mono" else row["channels"]):
        wrong.append("channels")
    length_s = config.get("window_s")  # a window is whole frames long, so a start is off by up to half a frame a window
    if type(length_s) is float and abs(clip["start_s"] - window * length_s) * row["sample_rate_hz"] > window + 0.5:
        wrong.append("start_s")
    return [f"its {field} is not what was planned" for field in wrong]


def _untiled(row: Mapping[str, Any], spans: list[tuple[int, int]]) -> Iterable[str]:
    """Return whether windows of a plan row are missing, doubled, or beyond it."""
    position, end = row["first_window"], row["first_window"] + row["n_windows"]
    for begin, stop in [*sorted(span for span in spans if span[0] != span[1]), (end, end)]:
        if begin != position:
            what = "accounted for twice, or never planned" if begin < position else "neither a clip nor in quarantine"
            return [f"{row['source_path']!r}: window {min(begin, position)} is {what}"]
        position = stop
    return []


def _too_many(planned: list[dict[str, Any]], manifest: pa.Table, config: Mapping[str, Any]) -> Iterable[str]:
    """Return where a source has more clips than are kept of one, or is split, so that nobody could know which to keep."""
    most = config.get("max_windows_per_file")
    if most is None:
        return []
    n_clips = Counter(zip(manifest["source_root"].to_pylist(), manifest["source_path"].to_pylist(), strict=True))
    more = [f"{path!r} has {n} clips, of which at most {most} are kept" for (_, path), n in n_clips.items() if n > most]
    split = [f"{row['source_path']!r} is split, and its windows are chosen" for row in planned if row["first_window"]]
    return more + split


def _unsaid(planned: list[dict[str, Any]], left: list[dict[str, Any]]) -> Iterable[str]:
    """Return the inputs refused by the index pass whose quarantine row says something else, or is not there."""
    said = sorted(
        (*_source(row), row["reason"], row["message"], row["n_windows"]) for row in left if row["stage"] == "index"
    )
    due = sorted((*_source(row), row["refusal"], row["refusal_message"], 0) for row in planned if row["refusal"])
    if said == due:
        return []
    differing = min(set(said) ^ set(due), default=None)
    of = "an input is there twice" if differing is None else f"not so for {differing[1]!r}"
    return [f"its refused inputs are not those of the plan: {of}"]


def recount(planned: list[dict[str, Any]] | None, tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Count again what a marker counts, from tables and plan.

    Args:
        planned: rows of the plan; None where it is damaged: sources are not counted then.
        tables: table → content.
    """
    clips, left = tables["manifest"].to_pylist(), tables["quarantine"].to_pylist()
    filtered = [row for row in left if row["reason"] in FILTERED]
    lost = [row for row in left if row["reason"] not in FILTERED]
    counts = {
        "windows_committed": len(clips),
        "windows_filtered": sum(row["n_windows"] for row in filtered),
        "windows_refused": sum(row["n_windows"] for row in lost),
    }
    if planned is None:
        return counts
    read, refused = set(map(_source, [*clips, *filtered])), set(map(_source, lost))
    begun = [row for row in planned if row["first_window"] == 0]
    return counts | {
        "windows": sum(row["n_windows"] for row in planned),
        "sources": len(begun),
        "sources_read": sum(_source(row) in read for row in begun),
        "sources_refused": sum(_source(row) in refused - read for row in begun),
        "sources_duplicate": sum(row["duplicate_of"] != "" for row in begun),
        "sources_read_in_part": sum(_source(row) in refused & read for row in begun),
    }


def check_keys(rows: list[dict[str, Any]], name: str, low: int, high: int) -> Findings:
    """Check that keys are keys, unique, ascending, and those of the plan.

    Args:
        rows: of the manifest.
        name: of its file.
        low: number of the first window of the generation.
        high: number behind its last.

    Yields:
        What is wrong.
    """
    keys = [row["key"] for row in rows]
    if keys != sorted(set(keys)):
        yield name, "keys are not unique and ascending"
    if strays := [key for key in keys if not (key.isascii() and key.isdigit() and low <= int(key) < high)]:
        yield f"{name} {strays[0]}", f"the key is outside the plan's {key_of(low)} to {key_of(high)}"
    elif wrong := [key for key in keys if key != key_of(int(key))]:
        yield f"{name} {wrong[0]}", "is no key"
