"""The output folder before work: may we write here, does the dataset in it match, and does nobody else write."""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from mkaudio.pipeline.config import DistillConfig, differences
from mkaudio.pipeline.task import ToolboxFactory
from mkaudio.shards import DATASET_FILE, TEMPORARY_FOLDER, DatasetInfo, read_dataset_info, write_dataset_info

Mode = Literal["new", "resume", "append"]
_LOCK = "lock"
_LOCK_PATIENCE_S = 5.0
"""A worker whose parent was killed ends within a second and lets go of the lock."""


@contextmanager
def opened_output(
    output: Path, mode: Mode, config: DistillConfig, factory: ToolboxFactory
) -> Iterator[tuple[DatasetInfo, int]]:
    """Hold a dataset to work on. Its lock is taken before its description is read, so that two runs cannot cross.

    Args:
        output: folder of the dataset.
        mode: "new" wants it empty or absent; "resume" and "append" go on with what is there.
        config: what the command line asks for.
        factory: what the command line's models are.

    Yields:
        The description of the dataset, and the lock's file descriptor, which workers inherit.

    Raises:
        ValueError: the folder is not empty, holds another dataset than asked for or none, or another process writes it.
    """
    if output.exists() and not output.is_dir():
        raise ValueError(f"{output} is a file; --output names a folder")
    if mode != "new" and not (output / DATASET_FILE).is_file():
        raise ValueError(f"{output} is no dataset that --{mode} could go on with: it has no {DATASET_FILE}")
    _refuse_strangers(output, mode)
    with locked(output) as lock:
        _refuse_strangers(output, mode)
        yield _described(output, mode, config, factory), lock


def _refuse_strangers(output: Path, mode: Mode) -> None:
    """Refuse a folder with anything in it that this run would not go on with; a run that sealed nothing left nothing.

    Raises:
        ValueError: what is in the way.
    """
    found = sorted(path.name for path in output.iterdir() if path.name != TEMPORARY_FOLDER) if output.is_dir() else []
    if found == [DATASET_FILE] and not read_dataset_info(output).generations:
        return
    if found and DATASET_FILE not in found:
        raise ValueError(
            f"{output} is not empty: it holds {', '.join(found[:4])} and no {DATASET_FILE}, so it is not a mkaudio dataset; "
            "name another --output"
        )
    if found and mode == "new":
        raise ValueError(
            f"{output} is not empty (holds {', '.join(found[:4])}): --resume finishes an interrupted run, --append adds new "
            "inputs, or name another --output"
        )


def _described(output: Path, mode: Mode, config: DistillConfig, factory: ToolboxFactory) -> DatasetInfo:
    fresh = DatasetInfo(config.as_dict(), factory.fingerprints(), factory.scorer_name)
    info = read_dataset_info(output) if (output / DATASET_FILE).is_file() else fresh
    if not info.generations:  # nothing is sealed, so nothing binds
        write_dataset_info(output, fresh)
        return fresh
    ignored = {"limit"}  # it was about listing, and the plan is sealed
    asked = {name: value for name, value in fresh.config.items() if name not in ignored}
    stated = {name: value for name, value in info.config.items() if name not in ignored}
    if differs := differences(stated, asked) + differences(info.models, fresh.models):
        raise ValueError(f"{output} was made with other settings:\n  " + "\n  ".join(differs))
    return info


def clear_temporary(output: Path) -> None:
    """Remove what a finished run leaves under `.tmp/`: index, journal, verdicts. The lock stays, it is held.

    Args:
        output: folder of the dataset.
    """
    for path in (output / TEMPORARY_FOLDER).iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()


@contextmanager
def locked(output: Path) -> Iterator[int]:
    """Hold the dataset's lock, which workers inherit: it is free when the last of them is gone.

    Args:
        output: folder of the dataset.

    Yields:
        The lock's file descriptor.

    Raises:
        ValueError: another process writes this dataset.
    """
    (output / TEMPORARY_FOLDER).mkdir(parents=True, exist_ok=True)
    handle = os.open(output / TEMPORARY_FOLDER / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        patience = time.monotonic() + _LOCK_PATIENCE_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > patience:
                    raise ValueError(
                        f"{output}: another mkaudio is writing this dataset; wait for it, or end it"
                    ) from error
                time.sleep(0.2)
        yield handle
    finally:
        os.close(handle)
