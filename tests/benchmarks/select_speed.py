"""What choosing again costs: `mkaudio select` on a made ledger, rows and seconds, plain and with every part of a rule.

python tests/benchmarks/select_speed.py [--rows 100000]
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from mkaudio.pipeline.select import Selector
from mkaudio.pipeline.selection import Rule
from mkaudio.shards import (
    CANDIDATES,
    MANIFEST,
    SELECTION,
    DatasetInfo,
    Generation,
    commit_shard,
    open_storage,
    shard_files,
    write_table,
)

CLIPS, CANDIDATES_A_CLIP = 512, 8
EXPERTS = ("tagger", "tagger", "retriever", "retriever", "retriever", "retriever", "retriever", "labels")
RULES = {
    "best score": Rule(),
    "every part": Rule(
        min_score=0.2, min_percentile=0.5, relative_to_label=-0.2, top_k=3, priors=(("labels", 0.05),),
        experts=("retriever", "tagger"), max_events=2, where="duration_s > 2 and text not like '%7%'",
    ),
}  # fmt: skip


def blank(schema, n):
    columns = []
    for field in schema:
        kind = field.type
        value = [] if pa.types.is_list(kind) else "" if pa.types.is_string(kind) else 0
        columns.append(pa.array([None if field.nullable else value] * n, kind))
    return pa.Table.from_arrays(columns, schema=schema)


def set_columns(table, **columns):
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
    return table


def make_shard(storage, shard, rng):
    """Commit a shard that has what select reads: manifest, ledger, and distill's own selection."""
    keys = [f"{shard * CLIPS + number:010d}" for number in range(CLIPS)]
    n = CLIPS * CANDIDATES_A_CLIP
    scores = rng.normal(0.3, 0.1, n).round(4)
    ledger = set_columns(
        blank(CANDIDATES, n),
        key=np.repeat(keys, CANDIDATES_A_CLIP), candidate=np.tile(np.arange(CANDIDATES_A_CLIP), CLIPS),
        expert=list(EXPERTS) * CLIPS, text=[f"A caption with number {number}." for number in rng.integers(9_999, size=n)],
        n_events=rng.integers(4, size=n), score=scores, score_percentile=rng.random(n).round(4),
    )  # fmt: skip
    manifest = set_columns(blank(MANIFEST, CLIPS), key=keys, duration_s=rng.uniform(1, 10, CLIPS))
    best = scores.reshape(CLIPS, CANDIDATES_A_CLIP).argmax(axis=1) + np.arange(CLIPS) * CANDIDATES_A_CLIP
    own = ledger.take(pa.array(best)).rename_columns([
        "prompt" if name == "text" else name for name in ledger.column_names
    ])
    own = set_columns(own, rank=[0] * CLIPS).select(SELECTION.names)
    with storage.staging("made") as staging:
        names, files = shard_files(shard, "made"), {}
        for table, (content, schema) in {
            "manifest": (manifest, MANIFEST), "candidates": (ledger, CANDIDATES), "selection": (own, SELECTION)
        }.items():  # fmt: skip
            files[table] = staging / names[table]
            files[table].parent.mkdir(parents=True)
            write_table(files[table], content, schema)
        commit_shard(storage, shard, files, staging, {})


def made_dataset(folder, n_rows):
    n_shards = -(-n_rows // (CLIPS * CANDIDATES_A_CLIP))
    storage, rng = open_storage(folder), np.random.default_rng(0)
    for shard in range(n_shards):
        make_shard(storage, shard, rng)
    generation = Generation("", "", 0, n_shards, 0, n_shards * CLIPS, 1, {}, {})
    return Selector(storage, DatasetInfo({}, {}, "made", (generation,)), Rule()), n_shards * CLIPS * CANDIDATES_A_CLIP


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    with tempfile.TemporaryDirectory() as folder:
        selector, n_rows = made_dataset(Path(folder) / "made", parser.parse_args().rows)
        for what, rule in RULES.items():
            started = time.perf_counter()
            outcome, written = replace(selector, rule=rule).make(what.replace(" ", "-"))
            took_s = time.perf_counter() - started
            assert written
            print(
                f"{what}: {n_rows:,} ledger rows in {selector.info.n_shards} shards, {outcome.selected_clips:,} of "
                f"{outcome.clips:,} clips selected: {took_s:.2f} s, {n_rows / took_s:,.0f} rows/s"
            )


if __name__ == "__main__":
    main()
