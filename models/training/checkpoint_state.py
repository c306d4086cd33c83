"""What a checkpoint says of itself, and which one is meant: state.json, without torch and without its tensors."""

from pathlib import Path
from typing import Any

from mkaudio.shards import LocalStorage, read_sealed

FOLDER = "checkpoints"
STATE = "state.json"
FORMAT = 1
REMEDY = "remove this folder to go on from the checkpoint before, if there is one, or begin anew"


def checkpoint_folders(run: Path) -> list[Path]:
    """Return the checkpoints of a run, the oldest first.

    Args:
        run: folder of the run.
    """
    folder = run / FOLDER
    names = [path for path in folder.iterdir() if path.name.isdecimal()] if folder.is_dir() else []
    return sorted(names, key=lambda path: int(path.name))


def newest_folder(run: Path) -> Path:
    """Return the newest checkpoint of a run.

    Args:
        run: folder of the run.

    Raises:
        ValueError: there is none.
    """
    folders = checkpoint_folders(run)
    if not folders:
        raise ValueError(f"{run}: no training: there is no checkpoint in {run / FOLDER}")
    return folders[-1]


def chosen_folder(folder: Path) -> Path:
    """Return the checkpoint that a person names: one of a run by its folder, or the run's newest.

    Args:
        folder: of a run, or of one of its checkpoints.
    """
    is_run = (folder / FOLDER).is_dir()  # its name may be a number as well
    return folder if folder.name.isdecimal() and not is_run else newest_folder(folder)


def read_state(folder: Path) -> dict[str, Any]:
    """Read what a checkpoint says of itself.

    Args:
        folder: of the checkpoint.

    Returns:
        step, facts and files; whether the files are as said, `read_checkpoint` looks.

    Raises:
        ValueError: it is damaged.
    """
    try:
        state = read_sealed(LocalStorage(folder), STATE)
    except FileNotFoundError as error:
        raise ValueError(f"{folder}: no checkpoint: {STATE} is missing; {REMEDY}") from error
    except ValueError as error:
        raise ValueError(f"{error}; {REMEDY}") from error
    if state.get("format") != FORMAT:
        raise ValueError(f"{folder}: format {state.get('format')!r}; this version of mkaudio reads format {FORMAT}")
    return state
