"""Temporary folders of unfinished files. Nothing else may depend on what is in them."""

import shutil
from pathlib import Path

from mkaudio.shards.disk import naming


def fresh_folder(folder: Path) -> Path:
    """Empty a temporary folder, or make it.

    Args:
        folder: what a killed run may have left.

    Returns:
        The folder.
    """
    remove_folder(folder)
    folder.mkdir(parents=True)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a temporary folder where there is one.

    Args:
        folder: the folder.
    """
    if folder.exists():
        with naming(folder):  # rmtree works relative to open folders: its errors name the last part only
            shutil.rmtree(folder)
