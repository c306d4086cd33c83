"""`mkaudio inspect`: what is in a dataset, on a terminal."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mkaudio.cli.inspect_events import events_connection, is_event_database, overview_of_events

if TYPE_CHECKING:
    import duckdb

_BAR_WIDTH = 40
_BINS = 10
_TABLES = {
    "manifest": "manifest", "candidates": "candidates", "quarantine": "quarantine", "plan": "plan",
}  # fmt: skip
_SELECTED = """create view prompted as select m.* replace (
    s.prompt as prompt, s.expert as expert, s.score as score, s.score_percentile as score_percentile, s.n_events as n_events
) from manifest m join selection s on m.key = s.key and s.rank = 0"""
"""The clips of a selection, with the prompts that it gives them."""


def inspect(
    path: Annotated[
        str, typer.Argument(help="A dataset's folder or s3://bucket/folder, an event database, or a Parquet file.")
    ],
    sql: Annotated[
        str | None,
        typer.Option(help="A query over manifest, candidates, quarantine, selection, plan (or events, or file)."),
    ] = None,
    prompts: Annotated[int, typer.Option(help="How many prompts to show.")] = 10,
    selection: Annotated[
        str | None, typer.Option(help="Show the clips and prompts of a selection; also the table selection of --sql.")
    ] = None,
) -> None:
    """Show counts, hours, scores, which expert wins, refusals by reason, and some prompts; of events, their classes.

    Example: mkaudio inspect audiosets-prompted --sql "select prompt, score from manifest order by score limit 5"
    """
    connection = _connect(path, selection)
    if sql is not None:
        print(_query(connection, sql))
    elif is_event_database(path):
        for line in overview_of_events(connection, path):
            print(line)
    elif _is_file(path):
        print(_query(connection, "select count(*) as rows from file"))
        print(_query(connection, "select column_name, column_type from (describe file)"))
        print(_query(connection, f"select * from file limit {max(0, prompts)}"))
    else:
        for line in _overview(
            connection, max(0, prompts), _shares(path), f" in selection {selection}" if selection else ""
        ):
            print(line)


def _connect(path: str, selection: str | None) -> "duckdb.DuckDBPyConnection":
    import duckdb
    import pyarrow
    from pyarrow.dataset import dataset

    from mkaudio.shards import DEFAULT_SELECTION, check_selection, open_storage, read_dataset_info, tables_of

    connection = duckdb.connect()
    if _is_file(path):
        if selection is not None:
            raise ValueError(f"--selection {selection}: {path} is one file, not a dataset")
        try:
            connection.register("file", dataset([path]))
        except (OSError, pyarrow.ArrowException) as error:
            raise ValueError(f"{path}: not Parquet that can be read: {error}") from error
        return connection
    if is_event_database(path):
        if selection is not None:
            raise ValueError(f"--selection {selection}: {path} is an event database, which has no selections")
        return events_connection(path)
    storage = open_storage(path)
    info = read_dataset_info(storage)
    if selection is not None:
        check_selection(storage, info, selection)
    for table, folder in {**_TABLES, "selection": f"selections/{selection or DEFAULT_SELECTION}"}.items():
        names = [name for name in storage.names(folder) if name.endswith(".parquet")]
        if not names and table == "manifest":
            raise ValueError(f"{path}: no shard is committed yet; finish it with mkaudio distill --resume")
        try:  # by pyarrow, since DuckDB takes [ and * in a folder's name for a pattern
            connection.register(table, tables_of(storage, names))
        except (OSError, pyarrow.ArrowException) as error:
            raise ValueError(f"{path}/{names[0]}: not Parquet that can be read: {error}") from error
    connection.execute(_SELECTED if selection else "create view prompted as from manifest where prompt <> ''")
    return connection


def _shares(path: str) -> tuple[float, float]:
    """Return the share of a clip from which it is one with speech, and one with music, as distill was told."""
    from mkaudio.shards import open_storage, read_dataset_info

    config = read_dataset_info(open_storage(path)).config
    return config["speech_share"], config["music_share"]


def _is_file(path: str) -> bool:
    return Path(path).is_file()


def _query(connection: "duckdb.DuckDBPyConnection", sql: str) -> str:
    import duckdb

    try:
        frame = connection.execute(sql).df()
    except duckdb.Error as error:
        raise ValueError(f"--sql: {error}") from error
    return str(frame.to_string(index=False, max_colwidth=100))


def _overview(
    connection: "duckdb.DuckDBPyConnection", n_prompts: int, shares: tuple[float, float], of_selection: str
) -> list[str]:
    from mkaudio.shards import HEARD, heard_line

    def rows(sql: str) -> list[tuple]:  # type: ignore[type-arg]
        return connection.execute(sql).fetchall()

    ((clips, hours),) = rows("select count(*), coalesce(sum(duration_s), 0) / 3600 from manifest")
    ((prompted, prompted_hours),) = rows("select count(*), coalesce(sum(duration_s), 0) / 3600 from prompted")
    ((sources, duplicates, planned),) = rows(
        "select count(*) filter (first_window = 0), count(*) filter (duplicate_of <> ''), sum(n_windows) from plan"
    )
    lines = [
        f"sounds    {sources:,}, {duplicates:,} of them duplicates",
        f"clips     {clips:,} of {planned:,} planned; {prompted:,} have a prompt{of_selection}",
        f"hours     {hours:.2f}; {prompted_hours:.2f} have a prompt",
    ]
    kinds = ("true", *(f"{kind}_share >= {share:g}" for kind, share in zip(("speech", "music"), shares, strict=True)))
    sums = ", ".join(f"count(*) filter ({one}), coalesce(sum(duration_s) filter ({one}), 0)" for one in kinds)
    lines += [f"heard     {heard_line(dict(zip(HEARD, rows(f'select {sums} from manifest')[0], strict=True)))}"]
    lines += ["", "score of the prompt"]
    lines += _histogram([score for (score,) in rows("select score from prompted order by score")])
    lines += ["", "which expert wins"]
    lines += _bars(rows("select expert, count(*) from prompted group by all order by 2 desc, 1"))
    lines += _compositions(connection)
    left = rows("select reason, count(*), any_value(source_path) from quarantine group by all order by 2 desc, 1")
    lines += ["", "refused or left out" if left else "nothing was refused"]
    lines += [f"  {count:>7,}  {reason:<18} e.g. {_one_line(path)}" for reason, count, path in left]
    refused = rows(
        "select reason, count(*), any_value(text) from candidates where decision = 'refused' group by all order by 2 desc, 1"
    )
    lines += ["", "captions that lint refused"] if refused else []
    lines += [f"  {count:>7,}  {reason:<18} e.g. {_one_line(text)}" for reason, count, text in refused]
    shown = rows(
        f"select prompt, score, expert, source_path, start_s from prompted order by hash(key) limit {n_prompts}"
    )
    lines += ["", "prompts"] if shown else []
    lines += [
        f"  {score:.3f}  {prompt}  ({expert}; {_one_line(path)} at {start:g} s)"
        for prompt, score, expert, path, start in shown
    ]
    return lines


def _compositions(connection: "duckdb.DuckDBPyConnection") -> list[str]:
    """Return what is composed how; nothing for recordings, as a dataset of an earlier version can only hold."""
    from mkaudio.pipeline.reprogram.tally import Tally

    if "composition" not in connection.table("manifest").columns:
        return []
    tally, what = Tally(), "composition.relation, composition.n_drawn, composition.fallback, count(*)"
    sql = f"select {what} from manifest where composition is not null group by all"
    for relation, n_drawn, fallback, count in (found := connection.execute(sql).fetchall()):
        tally.add(relation, n_drawn, fallback, count)
    return ["", "compositions", *tally.lines()] if found else []


def _histogram(scores: list[float]) -> list[str]:
    if not scores:
        return ["  no prompts"]
    low, high = scores[0], scores[-1]
    width = (high - low) / _BINS or 1.0
    counts = [0] * _BINS
    for score in scores:
        counts[min(int((score - low) / width), _BINS - 1)] += 1
    return _bars([(f"{low + number * width:.3f}", count) for number, count in enumerate(counts)])


def _bars(rows: list[tuple[str, int]]) -> list[str]:
    longest = max((count for _, count in rows), default=1)
    return [f"  {name:<12} {count:>7,}  {'█' * round(_BAR_WIDTH * count / longest)}" for name, count in rows]


def _one_line(path: str) -> str:
    return path.encode("unicode_escape").decode() if not path.isprintable() else path
