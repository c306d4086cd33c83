"""What a training is, in state.json, and whether a training that goes on is the same."""

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mkaudio.models.training.batches import Streams
from mkaudio.models.training.checkpoint import Checkpoint
from mkaudio.models.training.config import FREE_ON_RESUME, TrainingConfig, settings_of
from mkaudio.models.training.task import Task

_LIBRARIES = ("mkaudio", "torch", "accelerate", "diffusers", "safetensors", "numpy")


def facts_of(task: Task, config: TrainingConfig, streams: Streams, about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a checkpoint says beside its tensors, at this moment of the stream.

    Args:
        task: what is trained.
        config: how.
        streams: what it hears.
        about: plain values of the caller.
    """
    return {
        "about": dict(about),
        "task": {"name": task.name, "config": task.config()},
        "training": settings_of(config),
        "stream": {"fingerprint": streams.train.fingerprint, "state": streams.train.state_dict()},
        "val_stream": {"fingerprint": "" if streams.val is None else streams.val.fingerprint},
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in _LIBRARIES}},
    }


def check_same(checkpoint: Checkpoint, task: Task, config: TrainingConfig) -> None:
    """See that a training which goes on is the one that was begun.

    Args:
        checkpoint: where it goes on.
        task: what is trained.
        config: how.

    Raises:
        ValueError: a setting is another, or the task is.
    """
    facts = checkpoint.facts
    if facts["task"]["name"] != task.name:
        raise ValueError(f"{checkpoint.folder} is of the task {facts['task']['name']!r}, this one is {task.name!r}")
    was, now = facts["training"], settings_of(config)
    differ = _differences(facts["task"]["config"], task.config())
    differ += [one for one in _differences(was, now) if one[0] not in FREE_ON_RESUME]
    if differ:
        said = "; ".join(f"{name} was {before}, is {after}" for name, before, after in differ)
        raise ValueError(
            f"{checkpoint.folder} was made with other settings: {said}; set them back, or begin anew elsewhere"
        )


def check_held_out(checkpoint: Checkpoint, streams: Streams) -> None:
    """See that a training which goes on is judged by the sounds that it was judged by: val.csv is one table.

    Args:
        checkpoint: where it goes on.
        streams: what it hears.

    Raises:
        ValueError: others are held out, or none where some were.
    """
    was = checkpoint.facts["val_stream"]["fingerprint"]
    now = "" if streams.val is None else streams.val.fingerprint
    if was != now:
        raise ValueError(
            f"{checkpoint.folder}: held out were the sounds {was or 'none'}, now they are {now or 'none'}: give the "
            "--val-data that it was begun with, or begin anew elsewhere"
        )


def _differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    before, after = _flat(was, ""), _flat(now, "")
    names = [*before, *(name for name in after if name not in before)]
    pairs = ((name, before.get(name, "unset"), after.get(name, "unset")) for name in names)
    return [(name, one, other) for name, one, other in pairs if one != other]


def _flat(value: Any, name: str) -> dict[str, str]:
    """Return settings by their dotted names, values as text: a tuple and the list that JSON makes of it are the same.

    What has a fingerprint is not compared by its name: it may lie in another folder now.
    """
    if isinstance(value, Mapping) and value:
        return {
            key: said
            for part, one in value.items()
            if not (part == "name" and "fingerprint" in value)
            for key, said in _flat(one, f"{name}.{part}" if name else part).items()
        }
    return {name: repr(list(value) if isinstance(value, tuple) else value)}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
