"""A sealed plan by itself, against the numbers that `dataset.json` states of it. N rows."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from mkaudio.shards.dataset import Generation
from mkaudio.shards.naming import plan_file
from mkaudio.shards.reasons import Reason
from mkaudio.shards.schema import PLAN
from mkaudio.shards.storage import Storage
from mkaudio.shards.verify_files import file_sha256, file_size, read_checked
from mkaudio.shards.verify_problem import Problem, Remedy


def check_seal(storage: Storage, number: int, generation: Generation) -> Problem | None:
    """Compare a plan's sha256 with the one that `dataset.json` states.

    Args:
        storage: of the dataset.
        number: of the generation.
        generation: as `dataset.json` describes it.
    """
    name = plan_file(number)
    try:
        if file_size(storage, name) is None:
            return Problem(name, "missing: the sealed plan is gone", remedy=Remedy.NONE)
        if file_sha256(storage, name) != generation.plan_sha256:
            what = "changed: its sha256 is not the one that dataset.json states"
            return Problem(name, what, remedy=Remedy.NONE)
    except OSError as error:
        return Problem(name, f"cannot be read: {error}", remedy=Remedy.NONE)
    return None


def check_plan(storage: Storage, number: int, generation: Generation, known: pa.Array) -> tuple[list[str], pa.Array]:
    """Check a whole plan: its keys, shards, windows and sources follow each other and are as many as stated.

    Args:
        storage: of the dataset.
        number: of the generation.
        generation: as `dataset.json` describes it.
        known: root/path of the sources of earlier plans.

    Returns:
        What is wrong, and root/path of the sources of all plans so far.
    """
    try:
        table = read_checked(storage, plan_file(number), PLAN)
    except ValueError as error:
        return [str(error)], known
    if not table.num_rows:
        return ["it has no rows"], known
    names = pc.binary_join_element_wise(table["source_root"], table["source_path"], "/").combine_chunks()
    known = pa.concat_arrays([known, names])
    return [*_wrong_numbers(table, names, generation), *_wrong_sources(table, names, generation, known)], known


def _wrong_numbers(table: pa.Table, names: pa.Array, generation: Generation) -> list[str]:
    shard, first, n, key = (
        table[column].to_numpy().astype(np.int64) for column in ("shard", "first_window", "n_windows", "first_key")
    )
    begins = first == 0
    last = generation.first_shard + generation.n_shards - 1
    follows = (first[1:] == first[:-1] + n[:-1]) & pc.equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
    laws = {
        f"its shards are not {generation.first_shard} to {last}": shard[0] == generation.first_shard
        and shard[-1] == last
        and np.isin(np.diff(shard), (0, 1)).all(),
        f"its keys do not follow each other from {generation.first_key}": (
            key == generation.first_key + np.concatenate([[0], np.cumsum(n)[:-1]])
        ).all(),
        f"its windows are {n.sum()}, dataset.json states {generation.n_windows}": n.min() >= 0
        and n.sum() == generation.n_windows,
        f"its sources are {begins.sum()}, dataset.json states {generation.n_sources}": begins.sum()
        == generation.n_sources,
        "a piece of a source does not follow the piece before": begins[0] and (begins[1:] | follows).all(),
    }
    return [what for what, holds in laws.items() if not holds]


def _wrong_sources(table: pa.Table, names: pa.Array, generation: Generation, known: pa.Array) -> list[str]:
    refused, same = pc.not_equal(table["refusal"], ""), pc.not_equal(table["duplicate_of"], "")
    without = pc.equal(table["n_windows"], 0)
    begun = pc.equal(table["first_window"], 0)
    originals, reasons = table["duplicate_of"].filter(same), table["refusal"].filter(refused)
    laws = {
        "a source has windows and is refused or a duplicate, or neither": pc.equal(pc.or_(refused, same), without),
        "a source is refused and a duplicate": pc.invert(pc.and_(refused, same)),
        "a duplicate is of no planned source": pc.is_in(originals, value_set=known),
        "a refusal is not in the list of reasons": pc.is_in(reasons, value_set=pa.array([str(one) for one in Reason])),
        "a source is of no root that dataset.json states": pc.is_in(
            table["source_root"], value_set=pa.array(list(generation.roots), pa.string())
        ),
    }
    wrong = [what for what, holds in laws.items() if not pc.all(holds, min_count=0).as_py()]
    if pc.count_distinct(names.filter(begun.combine_chunks())).as_py() != pc.sum(begun).as_py():
        wrong.append("a source is planned twice")
    return wrong


def planned_rows(storage: Storage, number: int, shard: int) -> list[dict[str, Any]]:
    """Return the plan rows of a shard; row groups of other shards are skipped by their statistics.

    Args:
        storage: of the dataset.
        number: of the generation.
        shard: number of the shard.
    """
    with storage.open(plan_file(number)) as handle:
        return list(pq.read_table(handle, filters=[("shard", "=", shard)]).to_pylist())
