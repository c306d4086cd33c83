"""`--where`: an SQL condition on a candidate and its clip, answered by DuckDB. A condition and nothing else.

What it says of a row must depend on that row alone, or a selection would not come out the same again: so no queries, no
aggregates, nothing random, no clock. DuckDB reads no files here.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from mkaudio.shards import CANDIDATES, MANIFEST

if TYPE_CHECKING:
    import duckdb

_ROW = "row_of_the_ledger"
_KEYWORDS = {
    "select", "from", "columns", "unnest", "current_time", "current_timestamp", "localtime", "localtimestamp",
    "current_localtime", "current_localtimestamp", "age",
}  # fmt: skip
"""What is refused beside the functions of which DuckDB says itself that they are not the same every time."""
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


class Where:
    """A condition, checked once against columns without rows.

    Args:
        condition: SQL, as in `WHERE`; "" holds for everything.

    Raises:
        ValueError: it is no condition, or names a column that is not there.
    """

    def __init__(self, condition: str) -> None:
        self._condition = condition
        if condition:
            self._database = _open()
            self._check_words()
            self.holds(CANDIDATES.empty_table(), MANIFEST.empty_table())

    def holds(self, candidates: pa.Table, manifest: pa.Table) -> list[bool]:
        """Say for each candidate whether the condition holds; unknown (null) does not.

        Args:
            candidates: of a shard.
            manifest: of the same shard.
        """
        if not self._condition:
            return [True] * len(candidates)
        import duckdb

        try:
            rows = self._rows_that_hold(_joined(candidates, manifest))
        except duckdb.Error as error:
            raise self._wrong(str(error).split("\n")[0]) from error
        found = np.zeros(len(candidates), bool)
        found[rows] = True
        return [bool(one) for one in found]

    def _rows_that_hold(self, table: pa.Table) -> np.ndarray:
        import duckdb

        condition = duckdb.SQLExpression(self._condition)  # parses one expression, never a statement
        rows = self._database.from_arrow(table)
        kinds = [str(kind) for kind in rows.project(condition).types]
        if kinds != ["BOOLEAN"]:
            raise self._wrong(f"it is not true or false, but {', '.join(kinds)}")
        return np.asarray(rows.filter(condition).project(_ROW).fetchnumpy()[_ROW], dtype=np.int64)

    def _check_words(self) -> None:
        words = {word.lower() for word in _WORD.findall(_LITERAL.sub("''", self._condition))}
        if refused := sorted(words & (_KEYWORDS | _inconstant())):
            advice = (
                "hash(key) % 10 = 0 takes a tenth of the clips"
                if "random" in refused
                else "it may look at its row alone"
            )
            raise self._wrong(f"{refused[0]} is not for a condition on one row: {advice}")

    def _wrong(self, what: str) -> ValueError:
        return ValueError(f"--where {self._condition!r}: {what}; the columns are {', '.join(columns())}")


def _open() -> "duckdb.DuckDBPyConnection":
    import duckdb

    settings: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False, "python_enable_replacements": False, "threads": 1,
    }  # fmt: skip
    database = duckdb.connect(config=settings)
    database.execute("set lock_configuration = true")
    return database


@cache
def _inconstant() -> frozenset[str]:
    """Return the functions of which DuckDB says that they do not give the same every time."""
    stability = "coalesce(stability, 'CONSISTENT')"  # null: aggregates and the like, which a filter does not take
    query = f"select distinct function_name from duckdb_functions() where {stability} <> 'CONSISTENT'"
    return frozenset(name for (name,) in _open().execute(query).fetchall())


def columns() -> list[str]:
    """Return the columns that a condition may name: the candidate's, then the clip's; the clip's own expert, score, … are
    called prompt_expert, prompt_score, …
    """
    return [*CANDIDATES.names, *(_name_in_join(name) for name in MANIFEST.names if name != "key")]


def _name_in_join(name: str) -> str:
    return f"prompt_{name}" if name in CANDIDATES.names else name


def _joined(candidates: pa.Table, manifest: pa.Table) -> pa.Table:
    """Return a row a candidate, with the columns of its clip."""
    row_of = {key: row for row, key in enumerate(manifest["key"].to_pylist())}
    rows = pa.array([row_of[key] for key in candidates["key"].to_pylist()], pa.int64())
    joined = candidates.append_column(_ROW, pa.array(range(len(candidates)), pa.int64()))
    for name in MANIFEST.names:
        if name != "key":
            joined = joined.append_column(_name_in_join(name), manifest[name].take(rows))
    return joined
