"""What a run was begun with: its checkpoints keep it, so that --resume needs no other option."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkaudio.models.training.batches import Streams
    from mkaudio.models.training.config import TrainingConfig
    from mkaudio.models.training.task import Task

Sections = dict[str, dict[str, Any]]


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


def as_begun(run: Path, command: str) -> tuple[Heard, Sections]:
    """Return what a run was begun with.

    Args:
        run: its folder.
        command: which training, as "train vae".

    Returns:
        What it hears, and its settings by section.

    Raises:
        ValueError: no training of this kind was begun there.
    """
    from mkaudio.models.training.checkpoint import newest_checkpoint

    about = newest_checkpoint(run).facts["about"]
    if about.get("command") != command:
        raise ValueError(f"{run}: was begun by mkaudio {about.get('command')}, this is mkaudio {command}")
    return Heard(**about["heard"]), about["settings"]


def run_training(
    command: str,
    task: "Task",
    config: "TrainingConfig",
    open_streams: "Callable[[int, int], Streams]",
    run: Path,
    resume: bool,
    heard: Heard,
    sections: Mapping[str, Mapping[str, Any]],
    then: Sequence[str] = (),
) -> None:
    """Train with a bar, and say how it ended.

    Args:
        command: which training, as "train vae".
        task: what is trained.
        config: how.
        open_streams: as the loop calls it.
        run: folder of the run.
        resume: go on with what is there.
        heard: what it hears.
        sections: its settings.
        then: what to do with it, a line each.
    """
    from mkaudio.cli.training_bar import training_bar
    from mkaudio.models.training.loop import train

    about = {"command": command, "heard": asdict(heard.anywhere()), "settings": sections}
    with training_bar(command, config.max_steps) as progress:
        outcome = train(task, config, open_streams, run, resume, progress, about)
    if not outcome.is_main:
        return
    print(f"{outcome.checkpoint}: step {outcome.step:,} of {config.max_steps:,}")
    if outcome.step < config.max_steps:
        print(f"ended by {outcome.ended}; go on with: mkaudio {command} --output {run} --resume")
    for line in then:
        print(line)
