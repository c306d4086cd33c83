"""`mkaudio inspect EVENTS`: what is in an event database, on a terminal."""

from pathlib import Path
from typing import TYPE_CHECKING

from mkaudio.cli.printable import printable

if TYPE_CHECKING:
    import duckdb

_SHOWN_CLASSES = 40
_EVENTS_FILE = "events.json"


def is_event_database(path: str) -> bool:
    """Say whether a folder holds an event database.

    Args:
        path: as the user named it.
    """
    return "://" not in path and (Path(path) / _EVENTS_FILE).is_file()


def events_connection(path: str) -> "duckdb.DuckDBPyConnection":
    """Return a connection with the table `events`.

    Args:
        path: of the database.

    Raises:
        ValueError: it is damaged.
    """
    import duckdb
    import pyarrow

    from mkaudio.shards import EVENT_TABLE, LocalStorage, read_events_info, read_stored

    storage = LocalStorage(Path(path))
    read_events_info(storage)
    connection = duckdb.connect()
    try:
        connection.register("events", read_stored(storage, EVENT_TABLE))
    except (OSError, pyarrow.ArrowException) as error:
        raise ValueError(f"{path}/{EVENT_TABLE}: not Parquet that can be read: {error}; see mkaudio verify") from error
    return connection


def overview_of_events(connection: "duckdb.DuckDBPyConnection", path: str) -> list[str]:
    """Return counts and seconds over all and by class, levels, licences, and what was left out.

    Args:
        connection: with the table `events`.
        path: of the database.
    """
    from mkaudio.shards import LocalStorage, read_events_info

    def rows(sql: str) -> list[tuple]:  # type: ignore[type-arg]
        return connection.execute(sql).fetchall()

    info = read_events_info(LocalStorage(Path(path)))
    ((count, classes, seconds, by_label),) = rows(
        "select count(*), count(distinct label), sum(duration_s), count(*) filter (named_by = 'label') from events"
    )
    ((low, middle, high),) = rows("select min(level_dbfs), median(level_dbfs), max(level_dbfs) from events")
    ((shortest, usual, longest),) = rows("select min(duration_s), median(duration_s), max(duration_s) from events")
    lines = [
        f"events    {count:,} of {info.counts['looked_at']:,} clips; {by_label:,} named by a label, the rest by the ear",
        f"classes   {classes:,}",
        f"sound     {seconds:,.0f} s at {info.sample_rate_hz:,} Hz",
        f"events of {shortest:.2f} to {longest:.2f} s, median {usual:.2f}",
        f"level     {low:.1f} to {high:.1f} dBFS, median {middle:.1f}",
        f"made of   {', '.join(printable(one['name']) + ' (' + one['kind'] + ')' for one in info.sources)}",
        "",
        f"{'events':>8} {'seconds':>9} {'dBFS':>7}  class: what a sentence calls it",
    ]
    shown = rows(
        "select label, any_value(noun), count(*), sum(duration_s), median(level_dbfs) from events group by label "
        f"order by 3 desc, 1 limit {_SHOWN_CLASSES}"
    )
    lines += [
        f"{number:>8,} {length:>9,.1f} {level:>7.1f}  {printable(label)}: {printable(noun)}"
        for label, noun, number, length, level in shown
    ]
    if classes > _SHOWN_CLASSES:
        lines.append(f"{'':>8} {'':>9} {'':>7}  and {classes - _SHOWN_CLASSES:,} classes more (--sql shows all)")
    lines += ["", "licences"]
    licences = rows("select licence, count(*) from events group by all order by 2 desc, 1")
    lines += [f"  {number:>7,}  {printable(licence) or 'not stated'}" for licence, number in licences]
    if left := info.counts["left_out"]:
        lines += ["", "clips left out"]
        lines += [
            f"  {number:>7,}  {reason}" for reason, number in sorted(left.items(), key=lambda one: (-one[1], one[0]))
        ]
    return lines
