"""What a run was begun with, in RUN/run.json: so that --resume needs no other option, and a person sees what it was."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

RUN_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a training hears. None is the default of the option.

    Args:
        data: a dataset.
        events: an event database.
        templates: of the sentences.
        selection: of the dataset's clips.
        val_data: another dataset to validate on.
    """

    data: str | None = None
    events: str | None = None
    templates: str | None = None
    selection: str | None = None
    val_data: str | None = None

    def or_else(self, before: "Heard") -> "Heard":
        """Return this, with what is not given as it was before.

        Args:
            before: what the run was begun with.
        """
        return replace(before, **{name: value for name, value in asdict(self).items() if value is not None})

    def anywhere(self) -> "Heard":
        """Return this with paths that mean the same in any working directory."""
        paths = {name: getattr(self, name) for name in ("data", "events", "val_data")}
        paths["templates"] = self.templates if self.templates and self.templates.endswith(".toml") else None
        found = {name: str(Path(path).absolute()) for name, path in paths.items() if path and "://" not in path}
        return replace(self, **found)


def write_run(run: Path, command: str, heard: Heard, sections: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep what a run is begun with. Written by the main process alone.

    Args:
        run: its folder.
        command: which training.
        heard: what it hears.
        sections: its settings, as a preset has them.
    """
    from mkaudio.shards import LocalStorage

    text = json.dumps({"command": command, "heard": asdict(heard.anywhere()), "settings": sections}, indent=2)
    LocalStorage(run).publish_bytes(f"{text}\n".encode(), RUN_FILE)


def read_run(run: Path, command: str) -> tuple[Heard, dict[str, dict[str, Any]]]:
    """Return what a run was begun with.

    Args:
        run: its folder.
        command: which training.

    Returns:
        What it hears, and its settings by section.

    Raises:
        ValueError: nothing of this kind was begun there.
    """
    path = run / RUN_FILE
    try:
        found = json.loads(path.read_text("utf-8"))
        if found["command"] != command:
            raise ValueError(f"{run}: was begun by mkaudio {found['command']}, this is mkaudio {command}")
        return Heard(**found["heard"]), found["settings"]
    except FileNotFoundError:
        raise ValueError(f"--resume: there is no run in {run}; name its folder by --output, or begin one without --resume") from None
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: is damaged ({error}); give --data and all other options anew, without {RUN_FILE}") from error
