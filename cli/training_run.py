"""What a run was begun with: its checkpoints keep it, so that --resume needs no other option."""

import os
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for.

    Args:
        command: which training, as "train vae".
        run: folder of the run.
        resume: go on with what is there.
        heard: what it hears.
        sections: its settings, as a preset has them.
        where: what a person calls the settings, for errors.
    """

    command: str
    run: Path
    resume: bool
    heard: Heard
    sections: Sections
    where: str

    @classmethod
    def of(
        cls,
        command: str,
        run: Path,
        heard: Heard,
        preset: str | None,
        settings: Sequence[str],
        section: str,
        given: Mapping[str, Any],
        resume: bool,
    ) -> "Asked":
        """Put together what was asked for, what the preset says, and what a run was begun with.

        Args:
            command: which training.
            run: folder of the run.
            heard: what it shall hear.
            preset: its name or file; None for tiny, or for what the run was begun with.
            settings: of --set.
            section: of the settings that have an option of their own.
            given: those options, by name; None where they are not given.
            resume: go on with what is there.
        """
        from mkaudio.cli.preset import read_preset, with_settings

        sections: Sections = {}
        if resume:
            before, sections = _as_begun(run, command)
            heard = heard.or_else(before)
        if preset or not resume:
            sections = read_preset(preset or "tiny")
        named = [f"{section}.{name}={value}" for name, value in given.items() if value is not None]
        where = f"{run}, as it was begun" if resume and not preset else f"--preset {preset or 'tiny'}"
        return cls(command, run, resume, heard, with_settings(sections, [*settings, *named]), where)

    def check(self, cpu: bool) -> None:
        """See that there is something to hear, before torch is loaded; and choose the processor where that is wanted.

        Args:
            cpu: train on the processor.

        Raises:
            ValueError: an option is missing or makes no sense.
        """
        from mkaudio.shards import DATASET_FILE, open_storage, read_dataset_info

        heard = self.heard
        if heard.data is None:
            raise ValueError("--data is missing: give a distilled dataset (mkaudio distill makes one)")
        if heard.templates and not heard.events:
            raise ValueError(
                f"--templates {heard.templates}: its sentences are of clips with events; give --events as well"
            )
        if (self.run / DATASET_FILE).exists():
            raise ValueError(f"--output {self.run}: holds a dataset; take another folder for the run")
        read_dataset_info(open_storage(heard.data))
        if cpu:
            os.environ["ACCELERATE_USE_CPU"] = "true"


def _as_begun(run: Path, command: str) -> tuple[Heard, Sections]:
    """Return what a run was begun with.

    Args:
        run: its folder.
        command: which training, as "train vae".

    Returns:
        What it hears, and its settings by section.

    Raises:
        ValueError: no training of this kind was begun there.
    """
    from mkaudio.models.training.checkpoint_state import newest_folder, read_state

    about = read_state(newest_folder(run))["facts"]["about"]
    if about.get("command") != command:
        raise ValueError(f"{run}: was begun by mkaudio {about.get('command')}, this is mkaudio {command}")
    return Heard(**about["heard"]), about["settings"]


def run_training(
    asked: Asked,
    task: "Task",
    config: "TrainingConfig",
    open_streams: "Callable[[int, int], Streams]",
    then: Sequence[str] = (),
) -> None:
    """Train with a bar, and say how it ended.

    Args:
        asked: what a person asked for.
        task: what is trained.
        config: how.
        open_streams: as the loop calls it.
        then: what to do with it, a line each.

    Raises:
        KeyboardInterrupt: it was interrupted and is not done: what waits for it, as make does, must not go on.
    """
    from mkaudio.cli.training_bar import training_bar
    from mkaudio.models.training.loop import train
    from mkaudio.models.training.loss_plot import draw_losses

    about = {"command": asked.command, "heard": asdict(asked.heard.anywhere()), "settings": asked.sections}
    with training_bar(asked.command, config.max_steps) as progress:
        outcome = train(task, config, open_streams, asked.run, asked.resume, progress, about)
    if outcome.is_main:
        print(f"{outcome.checkpoint}: step {outcome.step:,} of {config.max_steps:,}")
        print(f"losses:      {draw_losses(asked.run, task.curves)}")
        if outcome.step < config.max_steps:
            print(f"ended by {outcome.ended}; go on with: mkaudio {asked.command} --output {asked.run} --resume")
        for line in then:
            print(line)
    if outcome.ended == "interrupt":
        raise KeyboardInterrupt
