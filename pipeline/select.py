"""`mkaudio select`: choose again from the ledger, shard by shard. No model is run, no sound is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mkaudio.pipeline.selection import Line, Rule, best_first, chosen
from mkaudio.pipeline.where import Where
from mkaudio.pipeline.yields import Outcome
from mkaudio.shards import (
    CANDIDATES,
    MANIFEST,
    SELECTION,
    DatasetInfo,
    LocalStorage,
    Storage,
    check_selection_name,
    commit_selection,
    ledger_of,
    read_selection,
    read_stored,
    selection_file,
    selection_names,
    shard_files,
    stated_selection,
    write_table,
)

_OF_CANDIDATES = ["key", "candidate", "text", "expert", "score", "score_percentile", "scorer", "n_events"]


@dataclass(frozen=True, slots=True)
class Selector:
    """A selection to be made.

    Args:
        storage: of the dataset.
        info: its description.
        rule: what is chosen.
        against: the selection with which the outcome is compared.
    """

    storage: Storage
    info: DatasetInfo
    rule: Rule
    against: str = "default"

    def outcome(self, on_shard: Callable[[int], None] = lambda _: None) -> Outcome:
        """Choose, write nothing, and return what it comes to.

        Args:
            on_shard: called when a shard is through.
        """
        return self._choose(None, on_shard)

    def make(
        self, name: str, anew: bool = False, on_shard: Callable[[int], None] = lambda _: None
    ) -> tuple[Outcome, bool]:
        """Choose and write the selection. The caller holds the dataset's lock.

        Args:
            name: of the selection.
            anew: make another selection of that name anew.
            on_shard: called when a shard is through.

        Returns:
            What it comes to, and whether it was written: False where the same one is there already.

        Raises:
            ValueError: the name may not be taken.
        """
        check_selection_name(name)
        ledger, rule = ledger_of(self.storage, self.info), self.rule.as_dict()
        there = stated_selection(self.storage, name)
        if there is not None and (there["rule"], there["ledger"]) == (rule, ledger):
            return self.outcome(on_shard), False
        if there is not None and not anew:
            what = "by another rule" if there["rule"] != rule else "of the dataset as it was before --append"
            raise ValueError(f"--name {name}: there is such a selection already, {what}; --replace, or another name")
        if isinstance(self.storage, LocalStorage):
            self.storage.clear_staging()
        with self.storage.staging(f"selection-{name}") as staging:
            outcome = self._choose(staging, on_shard)
            files = {selection_file(name, shard): staging / f"{shard}.parquet" for shard in range(self.info.n_shards)}
            commit_selection(self.storage, name, files, rule, ledger)
        return outcome, True

    def _choose(self, staging: Path | None, on_shard: Callable[[int], None]) -> Outcome:
        if self.against not in (there := selection_names(self.storage)):
            raise ValueError(f"--against {self.against}: no such selection; there is {', '.join(there)}")
        where, outcome, experts = Where(self.rule.where), Outcome(), set[str]()
        for shard in range(self.info.n_shards):
            candidates, manifest = self._read(shard)
            holds = where.holds(candidates, manifest)
            table, reach = _choose_in(candidates, holds, self.rule)
            if staging is not None:
                write_table(staging / f"{shard}.parquet", table, SELECTION)
            outcome.add(manifest, reach, table, self._before(shard))
            experts.update(pc.unique(candidates["expert"]).to_pylist())
            on_shard(shard)
        self._check_experts(experts)
        return outcome

    def _read(self, shard: int) -> tuple[pa.Table, pa.Table]:
        names, everything = shard_files(shard, self.info.scorer), bool(self.rule.where)
        columns = (CANDIDATES.names, MANIFEST.names) if everything else (_OF_CANDIDATES, ["key", "duration_s"])
        return (
            read_stored(self.storage, names["candidates"], columns[0]),
            read_stored(self.storage, names["manifest"], columns[1]),
        )

    def _before(self, shard: int) -> pa.Table:
        """Return the rows of the selection that this one is compared with; it may be older than an appended shard."""
        if self.storage.state(selection_file(self.against, shard)) is None:
            return SELECTION.empty_table()
        return read_selection(self.storage, self.against, shard)

    def _check_experts(self, proposed: set[str]) -> None:
        """Refuse an expert whose name nobody knows: a slip would select nothing, or add no prior, in silence.

        Raises:
            ValueError: there is one.
        """
        known = proposed | {*filter(None, self.info.models.get("order of experts", "").split(","))}
        for option, names in (("--experts", self.rule.experts), ("--prior", [name for name, _ in self.rule.priors])):
            for name in names:
                if name not in known:
                    raise ValueError(
                        f"{option} {name}: the ledger has no such expert; it has {', '.join(sorted(known))}"
                    )


def _choose_in(candidates: pa.Table, holds: list[bool], rule: Rule) -> tuple[pa.Table, dict[str, float]]:
    """Return a shard's rows of the selection; and key → the score up to which the clip would be selected."""
    without_threshold = _without_threshold(rule)
    rows: list[int] = []
    ranks: list[int] = []
    reach = {}
    for key, start, lines in _clips(candidates, holds):
        order = best_first(lines, rule)
        numbers = chosen(lines, order, rule.top_k)
        rows += [start + number for number in numbers]
        ranks += range(len(numbers))
        may_be = order if without_threshold == rule else best_first(lines, without_threshold)
        scores = [score for score in (lines[number].score for number in may_be) if score is not None]
        if scores:
            reach[key] = max(scores)
    names = ["prompt" if name == "text" else name for name in _OF_CANDIDATES]
    taken = candidates.select(_OF_CANDIDATES).take(pa.array(rows, pa.int64())).rename_columns(names)
    return taken.append_column("rank", pa.array(ranks, pa.int32())).select(SELECTION.names).combine_chunks(), reach


def _clips(candidates: pa.Table, holds: list[bool]) -> Iterator[tuple[str, int, list[Line]]]:
    """Yield key, first row and candidates of every clip that has any; a clip's rows are adjacent."""
    columns: list[list[Any]] = [
        candidates[name].to_pylist() for name in ("expert", "text", "n_events", "score", "score_percentile")
    ]
    lines = list(map(Line, *columns, holds))
    start = 0
    for key, group in groupby(candidates["key"].to_pylist()):
        end = start + sum(1 for _ in group)
        yield key, start, lines[start:end]
        start = end


def _without_threshold(rule: Rule) -> Rule:
    return rule if rule.min_score is None else replace(rule, min_score=None)
