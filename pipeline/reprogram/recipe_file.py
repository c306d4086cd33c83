"""A recipe from a TOML file: any of its settings; a misspelt one fails at once and names the nearest right one."""

import difflib
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from mkaudio.pipeline.reprogram.recipe import Recipe

_NUMBERS = (int, float)


def read_recipe(path: Path) -> dict[str, Any]:
    """Return the settings that a file gives.

    Args:
        path: a TOML file.

    Returns:
        Setting → value, as `Recipe` takes it.

    Raises:
        ValueError: it cannot be read, or has a setting that there is not, or a value of another kind.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"--recipe {path}: cannot be read: {error}") from error
    known = {field.name: getattr(Recipe(), field.name) for field in fields(Recipe)}
    settings = {}
    for name, value in found.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(known)}"
            raise ValueError(f"--recipe {path}: no setting {name}; {hint}")
        settings[name] = _of_kind(value, known[name], f"--recipe {path}: {name}")
    return settings


def _of_kind(value: Any, default: Any, where: str) -> Any:
    if isinstance(default, tuple):
        if not isinstance(value, list) or len(value) != len(default) or not all(type(one) in _NUMBERS for one in value):
            raise ValueError(f"{where} = {value!r}: {len(default)} numbers in brackets, as {list(default)}")
        return tuple(map(float, value))
    if type(value) is not int and not (isinstance(default, float) and type(value) is float):
        raise ValueError(f"{where} = {value!r}: a {'whole ' if isinstance(default, int) else ''}number, as {default}")
    return type(default)(value)
