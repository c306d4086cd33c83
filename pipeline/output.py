"""The output before work: may we write here, does the dataset in it match, and does nobody else write."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from mkaudio.pipeline.config import DistillConfig, differences
from mkaudio.pipeline.task import ToolboxFactory
from mkaudio.shards import (
    DATASET_FILE,
    TEMPORARY_FOLDER,
    DatasetInfo,
    LocalStorage,
    Storage,
    locked,
    read_dataset_info,
    write_dataset_info,
)

Mode = Literal["new", "resume", "append"]
_LOCK = f"{TEMPORARY_FOLDER}/lock"


@contextmanager
def opened_output(
    storage: Storage, mode: Mode, config: DistillConfig, factory: ToolboxFactory
) -> Iterator[tuple[DatasetInfo, tuple[int, ...]]]:
    """Hold a dataset to work on. Its lock is taken before its description is read, so that two runs cannot cross.

    Args:
        storage: of the dataset.
        mode: "new" wants it empty or absent; "resume" and "append" go on with what is there.
        config: what the command line asks for.
        factory: what the command line's models are.

    Yields:
        The description of the dataset, and the file descriptors of its lock, which workers inherit.

    Raises:
        ValueError: the output is not empty, holds another dataset than asked for or none, or another process writes it.
    """
    if isinstance(storage, LocalStorage) and storage.root.exists() and not storage.root.is_dir():
        raise ValueError(f"{storage.address} is a file; --output names a folder")
    begun = mode == "resume" and TEMPORARY_FOLDER in storage.entries()  # and stopped before it had written a line
    if mode != "new" and not begun and storage.state(DATASET_FILE) is None:
        raise ValueError(f"{storage.address} is no dataset that --{mode} could go on with: it has no {DATASET_FILE}")
    _refuse_strangers(storage, mode)
    with locked(storage) as handles:
        _refuse_strangers(storage, mode)
        _clear_staging(storage)
        yield _described(storage, mode, config, factory), handles


def _refuse_strangers(storage: Storage, mode: Mode) -> None:
    """Refuse an output with anything in it that this run would not go on with; a run that sealed nothing left nothing.

    Raises:
        ValueError: what is in the way.
    """
    found = [name for name in storage.entries() if name != TEMPORARY_FOLDER]
    if found == [DATASET_FILE] and not read_dataset_info(storage).generations:
        return
    if found and DATASET_FILE not in found:
        raise ValueError(
            f"{storage.address} is not empty: it holds {', '.join(found[:4])} and no {DATASET_FILE}, so it is not a mkaudio "
            "dataset; name another --output"
        )
    if found and mode == "new":
        raise ValueError(
            f"{storage.address} is not empty (holds {', '.join(found[:4])}): --resume finishes an interrupted run, --append "
            "adds new inputs, or name another --output"
        )


def _described(storage: Storage, mode: Mode, config: DistillConfig, factory: ToolboxFactory) -> DatasetInfo:
    fresh = DatasetInfo(config.as_dict(), factory.fingerprints(), factory.scorer_name)
    info = read_dataset_info(storage) if storage.state(DATASET_FILE) is not None else fresh
    if not info.generations:  # nothing is sealed, so nothing binds
        write_dataset_info(storage, fresh)
        return fresh
    if info.is_composed != fresh.is_composed:
        maker = "reprogram" if info.is_composed else "distill"
        raise ValueError(f"{storage.address} was written by mkaudio {maker}: go on with it by that command")
    ignored = {"limit"}  # it was about listing, and the plan is sealed
    asked = {name: value for name, value in fresh.config.items() if name not in ignored}
    stated = {name: value for name, value in info.config.items() if name not in ignored}
    if differs := differences(stated, asked) + differences(info.models, fresh.models):
        raise ValueError(f"{storage.address} was made with other settings:\n  " + "\n  ".join(differs))
    return info


def clear_temporary(storage: Storage) -> None:
    """Remove what a finished run leaves under `.tmp/`: index, verdicts. The lock stays, it is held.

    Args:
        storage: of the dataset.
    """
    for name in storage.names(TEMPORARY_FOLDER):
        if name != _LOCK:
            storage.remove(name)
    _clear_staging(storage)


def _clear_staging(storage: Storage) -> None:
    """Remove folders of unfinished files that a killed run left."""
    if isinstance(storage, LocalStorage):
        storage.clear_staging()
