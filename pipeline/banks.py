"""The user's caption banks: files and folders, several together, into one bank."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from mkaudio.prompts import BankCaption, captions_of_file, cells_of_row, columns_with_captions, kept_captions

_ENDINGS = {".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet"}
"""Of a folder's files these are looked at; what they are is told by what is in them."""
_PARQUET_MAGIC = b"PAR1"
_BATCH_ROWS = 4096


@dataclass(frozen=True, slots=True)
class UserBank:
    """What was read.

    Args:
        captions: each once, in the order of the files.
        skipped: "blank", "absurd", "doubled" to rows.
        no_banks: files of folders that hold no captions, each with its reason.
    """

    captions: tuple[BankCaption, ...]
    skipped: Counter[str]
    no_banks: tuple[str, ...]

    def line(self) -> str:
        """Say in one line what was passed over; "" where nothing was."""
        parts = [f"{self.skipped[what]} {what}" for what in ("blank", "absurd", "doubled") if self.skipped[what]]
        passed = f"passed over {', '.join(parts)}" if parts else ""
        files = f"no bank: {'; '.join(self.no_banks)}" if self.no_banks else ""
        said = "; ".join(part for part in (passed, files) if part)
        return f"caption bank: {len(self.captions)} captions; {said}" if said else ""


def read_banks(paths: Sequence[Path], column: str | None = None) -> UserBank:
    """Read caption banks.

    Args:
        paths: files, or folders of such files.
        column: the column with captions; None finds it.

    Returns:
        The bank.

    Raises:
        ValueError: a path is not there, a file is no bank, or nothing holds a caption.
    """
    files: list[Path] = []
    no_banks: list[str] = []
    for path in paths:
        if path.is_dir():
            found = sorted(one for one in path.iterdir() if one.is_file() and one.suffix.lower() in _ENDINGS)
            why_not = {one: _why_no_bank(one, column) for one in found}
            right = [one for one, why in why_not.items() if not why]
            no_banks += [why for why in why_not.values() if why]
            if not right:
                why = no_banks[0] if no_banks else f"no {', '.join(sorted(_ENDINGS))} in it"
                raise ValueError(f"--caption-bank {path}: no file of it holds captions: {why}")
            files += right
        elif path.is_file():
            files.append(path)
        else:
            raise ValueError(
                f"--caption-bank {path}: no such file; give text with a caption a line, CSV, TSV, JSON, JSON Lines or Parquet"
            )
    skipped: Counter[str] = Counter()
    cells = chain.from_iterable(_captions(path, column) for path in files)
    captions = tuple(kept_captions(cells, skipped))
    if not captions:
        raise ValueError(f"--caption-bank {paths[0]}: holds no caption; found {dict(skipped) or 'nothing'}")
    return UserBank(captions, skipped, tuple(no_banks))


def _why_no_bank(path: Path, column: str | None) -> str:
    """Return why a file of a folder is no bank, told by its first row; "" where it is one."""
    try:
        next(_captions(path, column), None)
    except ValueError as error:
        return str(error).removeprefix("--caption-bank ")
    return ""


def _captions(path: Path, column: str | None) -> Iterator[object]:
    """Yield the captions of a file, Parquet or text.

    Raises:
        ValueError: it is no bank; the message begins with the option's name.
    """
    try:
        with path.open("rb") as handle:
            is_parquet = handle.read(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC
        yield from _of_parquet(path, column) if is_parquet else captions_of_file(path, column)
    except OSError as error:
        raise ValueError(f"--caption-bank {path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"--caption-bank {error}") from error


def _of_parquet(path: Path, column: str | None) -> Iterator[object]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as table:
            columns = columns_with_captions(table.schema_arrow.names, column, str(path))
            for batch in table.iter_batches(_BATCH_ROWS, columns=list(columns)):
                for row in batch.to_pylist():
                    yield from cells_of_row(row, columns)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{path}: broken Parquet: {' '.join(str(error).split())[:200]}") from error
