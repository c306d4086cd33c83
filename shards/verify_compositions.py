"""Compositions against their plan and against themselves: what was planned as one says what it is made of, and nothing else does.

Times are compared as they were written: whole frames over a rate.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mkaudio.shards.composition import Composition, composition_columns, composition_path, joined
from mkaudio.shards.naming import KEY_DIGITS
from mkaudio.shards.verify_problem import Findings

KIND = "composition"
"""Kind of a plan row that is one."""
_MOST_EVENTS = 2
_TIMES = ("source_start_s", "start_s", "end_s", "gain_db", "fade_in_s", "fade_out_s")


def check_compositions(rows: list[dict[str, Any]], planned: list[dict[str, Any]] | None, name: str) -> Findings:
    """Check every clip of a shard.

    Args:
        rows: of the manifest.
        planned: rows of the plan; None where it is damaged.
        name: of the manifest's file.

    Yields:
        What does not agree.
    """
    kinds = {(row["source_root"], row["source_path"]): row["kind"] for row in planned or ()}
    for row in rows:
        has = row["parts"] is not None and row["composition"] is not None
        kind = kinds.get((row["source_root"], row["source_path"]))
        if (row["parts"] is None) != (row["composition"] is None):
            yield f"{name} {row['key']}", "has one of parts and composition, and not the other"
        elif kind is not None and has != (kind == KIND):
            what = "is a composition, and does not say of what" if kind == KIND else "is a recording, and has parts"
            yield f"{name} {row['key']}", what
        elif has and row["sample_rate_hz"] > 0:  # a rate that is none has been told
            yield from ((f"{name} {row['key']}", what) for what in wrong_in(row))


def wrong_provenance(composition: Composition) -> Iterator[str]:
    """Yield what cannot be in a provenance that stands in no table.

    Args:
        composition: of a sample.
    """
    if composition.sample_rate_hz < 1 or composition.bit_depth not in (16, 24) or composition.channels not in (1, 2):
        yield f"{composition.sample_rate_hz} Hz, {composition.channels} channels, {composition.bit_depth} bit"
        return
    parts = composition.parts
    of_parts = {name: joined(getattr(part, name) for part in parts) for name in ("licence", "attribution")}
    path = {"source_path": composition_path(composition.epoch, composition.index), "n_frames": composition.n_frames}
    columns = composition_columns(composition)
    yield from wrong_in({"sample_rate_hz": composition.sample_rate_hz, **path, **of_parts, **columns})


def wrong_in(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield what cannot be in the provenance of one composition.

    Args:
        row: of the manifest, with its `parts` and `composition`.
    """
    parts, whole = row["parts"], row["composition"]
    numbers = [whole["gain_db"], *(part[field] for part in parts for field in _TIMES)]
    numbers += [part["snr_db"] for part in parts if part["snr_db"] is not None]
    if not all(map(math.isfinite, numbers)):
        yield "a number of its parts is not finite"
        return
    yield from _wrong_whole(row, whole, len(parts) - 1)
    if [part["origin"] for part in parts if part["origin"] != "event"] != ["clip"]:
        yield "its parts are not one clip and events"
    yield from _wrong_times(parts, row["n_frames"] / row["sample_rate_hz"])
    for part in parts:
        yield from _wrong_part(part)
    for field in ("licence", "attribution"):
        if row[field] != joined(part[field] for part in parts):
            yield f"its {field} is not what its parts state"


def _wrong_whole(row: Mapping[str, Any], whole: Mapping[str, Any], n_events: int) -> Iterator[str]:
    if whole["gain_db"] > 0:
        yield "its gain_db is above 0"
    if not 0 <= n_events <= whole["n_drawn"] <= _MOST_EVENTS:
        yield f"has {n_events} events, {whole['n_drawn']} drawn"
    elif (whole["fallback"] != "") != (n_events < whole["n_drawn"]):
        yield "has fewer events than drawn and no fallback, or the other way round"
    if {whole["template"] != "", whole["relation"] != "X", n_events > 0} == {True, False}:
        yield "its relation, template and events do not agree"
    if row["source_path"] != composition_path(whole["epoch"], whole["index"]):
        yield "its epoch and index are not those of its source_path"


def _wrong_times(parts: Sequence[Mapping[str, Any]], duration_s: float) -> Iterator[str]:
    starts = [part["start_s"] for part in parts]
    if starts != sorted(starts):
        yield "its parts are not in the order of time"
    if any(not 0 <= part["start_s"] < part["end_s"] <= duration_s for part in parts):
        yield "a part lies outside the sound"
    elif parts and max(part["end_s"] for part in parts) != duration_s:
        yield "its sound does not end with its last part"


def _wrong_part(part: Mapping[str, Any]) -> Iterator[str]:
    key = part["key"]
    if not (key.isascii() and key.isdigit() and len(key) == KEY_DIGITS):
        yield f"the key {key!r} of a part is no key"
    if (part["label"] == "") != (part["origin"] == "clip") or (part["origin"] == "clip" and part["snr_db"] is not None):
        yield "a clip has a label or an SNR, or an event has no label"
    longest_s = part["end_s"] - part["start_s"]
    if part["source_start_s"] < 0 or not all(
        0 <= part[name] <= longest_s + 1e-9 for name in ("fade_in_s", "fade_out_s")
    ):
        yield "a part begins before its source, or fades longer than it lasts"
