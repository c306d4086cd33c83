"""What a training says: RUN/log/{train,val}.csv, one row a step, and the same for TensorBoard."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from mkaudio.shards import LocalStorage

FOLDER = "log"


class CsvLog:
    """A table with a row for each step that was logged. Numbers are written so that they are read back to the last bit.

    Args:
        run: folder of the run.
        name: of the file in RUN/log.
        after_step: where the training goes on: rows beyond it are cut off.
    """

    def __init__(self, run: Path, name: str, after_step: int) -> None:
        self._path = run / FOLDER / name
        self._columns, rows = _read(self._path)
        kept = [row for row in rows if _step_of(row, len(self._columns)) <= after_step]
        if not kept and self._columns:
            self._path.unlink()  # a killed process may have left half a headline
            self._columns = []
        elif len(kept) < len(rows):
            LocalStorage(run).publish_bytes(_text([self._columns, *kept]).encode(), f"{FOLDER}/{name}")
        self._file: TextIO | None = None

    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        """Add a row, and have it on disk if the process dies.

        Args:
            step: number of the step.
            numbers: by column.

        Raises:
            ValueError: the table has other columns.
        """
        columns = ["step", *numbers]
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a", encoding="utf-8", newline="")
            if not self._columns:
                self._columns = columns
                self._file.write(_text([columns]))
        if columns != self._columns:
            raise ValueError(
                f"{self._path}: its columns are {', '.join(self._columns)}, step {step} has {', '.join(columns)}; "
                "a task must report the same numbers at every step"
            )
        self._file.write(_text([[str(step), *(repr(float(one)) for one in numbers.values())]]))
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


class TrainingLog:
    """Both tables, and TensorBoard's file. Only the main process has one.

    Args:
        run: folder of the run.
        after_step: where the training goes on; what was logged beyond it goes.
    """

    def __init__(self, run: Path, after_step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._tables = {name: CsvLog(run, f"{name}.csv", after_step) for name in ("train", "val")}
        make: Any = SummaryWriter
        self._board = make(str(run / FOLDER / "tensorboard"), purge_step=after_step + 1)

    def write(self, table: str, step: int, numbers: Mapping[str, float]) -> None:
        """Log the numbers of a step.

        Args:
            table: train or val.
            step: number of the step.
            numbers: by name.
        """
        self._tables[table].write(step, numbers)
        for name, number in numbers.items():
            self._board.add_scalar(f"{table}/{name}", number, step)
        self._board.flush()

    def close(self) -> None:
        """Close all files."""
        for table in self._tables.values():
            table.close()
        self._board.close()


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    if not path.is_file():
        return [], []
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return (rows[0], rows[1:]) if rows else ([], [])


def _step_of(row: list[str], n_columns: int) -> float:
    """Return the step of a row; of one that a killed process left unfinished, infinity."""
    return int(row[0]) if len(row) == n_columns and row[0].isdecimal() else float("inf")


def _text(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
